/**
 * Zeros with error feedback: weights of a row become zero from left to right, and what each took along is made up by
 * those to the right of it, as far as the inputs allow (SparseGPT, Frantar and Alistarh 2023). Which ones go is
 * chosen a few columns at a time, by what they cost then: w² / U_jj², U the upper Cholesky factor of the inverse of the
 * inputs' second moments.
 */

import { cholesky, damped, inverse } from '../linear-algebra.ts';
import type { GramBlock } from '../../../runtime/observers/gram.ts';
import { lowest } from './choose-zeros.ts';

/** Share of the mean diagonal that is added to it, and columns that are chosen together: the paper's. */
const damping = 0.01;
const columnsAtOnce = 128;

/** What may become zero: a share of all weights, or a pattern of each row. */
export type ZeroRule = { readonly ratio: number } | { readonly stay: number; readonly of: number };

/**
 * Prunes rows in place.
 *
 * @param rows [count, reduction]
 * @param blocks second moments of what the columns are multiplied with; without those across blocks
 * @returns marks of what became zero, of the same shape; undefined where the moments are not finite
 */
export function pruneWithFeedback(
  rows: Float64Array,
  reduction: number,
  blocks: readonly GramBlock[],
  rule: ZeroRule,
): Uint8Array | undefined {
  const marked = new Uint8Array(rows.length);
  for (const { start, size, sums } of blocks) {
    const factor = upperFactor(sums, size);
    if (!factor) return undefined;
    const part = { start, size, factor, reduction };
    if ('ratio' in rule) pruneShare(rows, marked, part, rule.ratio);
    else prunePattern(rows, marked, part, rule);
  }
  return marked;
}

interface Part {
  readonly start: number;
  readonly size: number;
  readonly factor: Float64Array;
  readonly reduction: number;
}

function pruneShare(rows: Float64Array, marked: Uint8Array, part: Part, ratio: number): void {
  const { start, size, factor, reduction } = part;
  const count = rows.length / reduction;
  for (let from = 0; from < size; from += columnsAtOnce) {
    const width = Math.min(columnsAtOnce, size - from);
    const scores = new Float64Array(count * width);
    for (let r = 0; r < count; r++) {
      for (let k = 0; k < width; k++) {
        const j = from + k;
        scores[r * width + k] = (rows[r * reduction + start + j]! / factor[j * size + j]!) ** 2;
      }
    }
    const gone = lowest(scores, Math.round(ratio * scores.length));
    for (let r = 0; r < count; r++) {
      for (let k = 0; k < width; k++) if (gone[r * width + k]) remove(rows, marked, part, r, from + k);
    }
  }
}

function prunePattern(
  rows: Float64Array,
  marked: Uint8Array,
  part: Part,
  { stay, of }: { readonly stay: number; readonly of: number },
): void {
  const { start, size, factor, reduction } = part;
  const scores = new Float64Array(of);
  for (let r = 0; r * reduction < rows.length; r++) {
    for (let from = 0; from + of <= size; from += of) {
      for (let k = 0; k < of; k++) {
        const j = from + k;
        scores[k] = (rows[r * reduction + start + j]! / factor[j * size + j]!) ** 2;
      }
      const gone = lowest(scores, of - stay);
      for (let k = 0; k < of; k++) if (gone[k]) remove(rows, marked, part, r, from + k);
    }
  }
}

/** Weight j of the part of row r becomes zero, and those to its right make up for it. */
function remove(
  rows: Float64Array,
  marked: Uint8Array,
  { start, size, factor, reduction }: Part,
  r: number,
  j: number,
): void {
  const at = r * reduction + start;
  const error = rows[at + j]! / factor[j * size + j]!;
  for (let k = j + 1; k < size; k++) rows[at + k]! -= error * factor[j * size + k]!;
  rows[at + j] = 0;
  marked[at + j] = 1;
}

/** U with UᵀU = (H + λI)⁻¹, from the upper triangle of H. */
function upperFactor(sums: Float64Array, size: number): Float64Array | undefined {
  const h = sums.slice();
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) h[i * size + j] = sums[j * size + i]!;
  const inverted = inverse(damped(h, size, damping), size);
  const lower = inverted && cholesky(inverted, size);
  if (!lower) return undefined;
  const upper = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) upper[j * size + i] = lower[i * size + j]!;
  return upper;
}
