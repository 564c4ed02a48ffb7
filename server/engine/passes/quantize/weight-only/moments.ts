/**
 * Second moments of a layer's inputs, as rounding needs them: H = sum of x·xᵀ in blocks of neighbouring inputs (see the
 * `gram` observer). An error E of the weights, one row for each output, costs trace(E·H·Eᵀ) at the layer's output.
 */

import type { GramBlock } from '../../../runtime/observers/gram.ts';

/** One block of inputs [start, start + size): the whole symmetric matrix, row-major. */
export interface MomentBlock {
  readonly start: number;
  readonly size: number;
  readonly matrix: Float64Array;
}

export type Moments = readonly MomentBlock[];

/** From the upper triangles that the observer gives; several results are added. */
export function momentsOf(...results: readonly (readonly GramBlock[])[]): Moments {
  return results[0]!.map(({ start, size }, b) => {
    const matrix = new Float64Array(size * size);
    for (const blocks of results) {
      const { sums } = blocks[b]!;
      for (let i = 0; i < size; i++) {
        for (let j = i; j < size; j++) {
          matrix[i * size + j]! += sums[i * size + j]!;
          if (j > i) matrix[j * size + i]! += sums[i * size + j]!;
        }
      }
    }
    return { start, size, matrix };
  });
}

/** Adds `share` of the mean diagonal to the diagonal, so that no direction is free; inputs never seen get one. */
export function damp(moments: Moments, share: number): Moments {
  return moments.map(({ start, size, matrix }) => {
    const damped = matrix.slice();
    let trace = 0;
    for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
    const added = trace > 0 ? (share * trace) / size : 1;
    for (let i = 0; i < size; i++) damped[i * size + i]! += added;
    return { start, size, matrix: damped };
  });
}

/** [columns]: H's diagonal. */
export function diagonal(moments: Moments, columns: number): Float64Array {
  const out = new Float64Array(columns);
  for (const { start, size, matrix } of moments) {
    for (let i = 0; i < size; i++) out[start + i] = matrix[i * size + i]!;
  }
  return out;
}

/** H of the inputs divided by `scales` [columns]. */
export function scaledMoments(moments: Moments, scales: Float64Array): Moments {
  return moments.map(({ start, size, matrix }) => {
    const scaled = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        scaled[i * size + j] = matrix[i * size + j]! / (scales[start + i]! * scales[start + j]!);
      }
    }
    return { start, size, matrix: scaled };
  });
}

/** trace(E·H·Eᵀ) for E = a - b, both [rows, columns]; `b` absent: that of `a` itself, the power of the output. */
export function outputPower(a: Float32Array, b: Float32Array | undefined, columns: number, moments: Moments): number {
  const error = new Float64Array(columns);
  let sum = 0;
  for (let row = 0; row < a.length; row += columns) {
    for (let k = 0; k < columns; k++) error[k] = b ? a[row + k]! - b[row + k]! : a[row + k]!;
    for (const { start, size, matrix } of moments) {
      for (let i = 0; i < size; i++) {
        const e = error[start + i]!;
        if (e === 0) continue;
        let dot = 0;
        for (let j = 0; j < size; j++) dot += matrix[i * size + j]! * error[start + j]!;
        sum += e * dot;
      }
    }
  }
  return Math.max(0, sum);
}
