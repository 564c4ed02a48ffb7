/** Which weights of a matrix become zero, by their scores: the lowest, within what a pattern allows. */

/** Marks the `count` lowest of `scores`; among equal ones the first. */
export function lowest(scores: Float64Array, count: number): Uint8Array {
  const marked = new Uint8Array(scores.length);
  if (count <= 0) return marked;
  const limit = Float64Array.from(scores).sort()[Math.min(count, scores.length) - 1]!;
  let left = count;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i]! < limit) {
      marked[i] = 1;
      left -= 1;
    }
  }
  for (let i = 0; i < scores.length && left > 0; i++) {
    if (scores[i] === limit) {
      marked[i] = 1;
      left -= 1;
    }
  }
  return marked;
}

/** The lowest `count` of every row of a matrix [rows, columns] (Wanda compares weights of one output only). */
export function lowestOfRows(scores: Float64Array, columns: number, count: number): Uint8Array {
  const marked = new Uint8Array(scores.length);
  for (let at = 0; at < scores.length; at += columns) {
    marked.set(lowest(scores.subarray(at, at + columns), count), at);
  }
  return marked;
}

/**
 * The lowest `of - stay` among every `of` neighbours of a row.
 *
 * @param columns of a row; a multiple of `of`
 */
export function lowestOfPattern(scores: Float64Array, columns: number, stay: number, of: number): Uint8Array {
  const marked = new Uint8Array(scores.length);
  for (let row = 0; row < scores.length; row += columns) {
    for (let at = row; at < row + columns; at += of) {
      marked.set(lowest(scores.subarray(at, at + of), of - stay), at);
    }
  }
  return marked;
}

/** Whole blocks [tall, wide] of a matrix [rows, columns], lowest mean score first; at the edges smaller ones. */
export function lowestBlocks(
  scores: Float64Array,
  columns: number,
  [tall, wide]: readonly [number, number],
  ratio: number,
): Uint8Array {
  const rows = scores.length / columns;
  const across = Math.ceil(columns / wide);
  const means = new Float64Array(Math.ceil(rows / tall) * across);
  const sizes = new Float64Array(means.length);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      const block = Math.floor(r / tall) * across + Math.floor(k / wide);
      means[block]! += scores[r * columns + k]!;
      sizes[block]! += 1;
    }
  }
  for (let i = 0; i < means.length; i++) means[i]! /= sizes[i]!;
  const gone = lowest(means, Math.round(ratio * means.length));
  const marked = new Uint8Array(scores.length);
  for (let r = 0; r < rows; r++) {
    for (let k = 0; k < columns; k++) {
      marked[r * columns + k] = gone[Math.floor(r / tall) * across + Math.floor(k / wide)]!;
    }
  }
  return marked;
}
