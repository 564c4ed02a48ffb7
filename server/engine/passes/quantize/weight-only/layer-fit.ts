/**
 * What a layer should give, and what it is fed once the layers before it are rounded: the sums from which the weights
 * that come nearest follow. With x the inputs in the rounded network and y the outputs in the float one, over all
 * vectors seen: H = sum of x·xᵀ, C = sum of y·xᵀ. Weights W then err by trace(W·H·Wᵀ) - 2·trace(W·Cᵀ) + sum of y².
 */

import type { RegressionResult } from '../../../runtime/observers/regression.ts';
import { cholesky, solveCholesky } from '../../prune/linear-algebra.ts';
import type { WeightMatrix } from './block-weights.ts';
import { damp, type Moments } from './moments.ts';

export interface LayerFit {
  readonly columns: number;
  /** H, one block. */
  readonly moments: Moments;
  /** C, [rows, columns]. */
  readonly cross: Float64Array;
  /** Sum of y². */
  readonly power: number;
  readonly count: number;
}

/**
 * @param results of consecutive groups of output channels, with the same inputs
 * @param bias [rows], added by the network to what the weights give; absent: none
 */
export function layerFit(results: readonly RegressionResult[], bias?: Float32Array): LayerFit {
  const columns = results[0]!.inputs;
  const matrix = new Float64Array(columns * columns);
  const rows = results.map(({ inputs, sums }) => Math.sqrt(sums.length) - inputs - 1);
  const cross = new Float64Array(rows.reduce((a, b) => a + b, 0) * columns);
  let power = 0;
  let row = 0;
  for (const [r, { sums }] of results.entries()) {
    const width = columns + 1 + rows[r]!;
    if (r === 0) {
      for (let i = 0; i < columns; i++) {
        for (let j = i; j < columns; j++) {
          matrix[i * columns + j] = sums[i * width + j]!;
          matrix[j * columns + i] = sums[i * width + j]!;
        }
      }
    }
    const count = sums[columns * width + columns]!;
    for (let own = 0; own < rows[r]!; own++, row++) {
      const at = columns + 1 + own;
      const shift = bias?.[row] ?? 0;
      for (let k = 0; k < columns; k++) {
        cross[row * columns + k] = sums[k * width + at]! - shift * sums[k * width + columns]!;
      }
      power += sums[at * width + at]! - 2 * shift * sums[columns * width + at]! + shift * shift * count;
    }
  }
  return { columns, moments: [{ start: 0, size: columns, matrix }], cross, power, count: results[0]!.count };
}

export function addFits(a: LayerFit, b: LayerFit): LayerFit {
  const sum = (x: Float64Array, y: Float64Array): Float64Array => x.map((value, i) => value + y[i]!);
  const moments = a.moments.map(({ start, size, matrix }, i) => ({
    start, size, matrix: sum(matrix, b.moments[i]!.matrix),
  }));
  const { columns } = a;
  return { columns, moments, cross: sum(a.cross, b.cross), power: a.power + b.power, count: a.count + b.count };
}

/** Sum of the squared errors at the layer's output with weights `values` [rows, columns]. */
export function fitError({ columns, moments, cross, power }: LayerFit, values: Float32Array): number {
  const { matrix } = moments[0]!;
  let error = power;
  for (let row = 0; row < values.length; row += columns) {
    for (let i = 0; i < columns; i++) {
      const value = values[row + i]!;
      let dot = -2 * cross[row + i]!;
      for (let j = 0; j < columns; j++) dot += matrix[i * columns + j]! * values[row + j]!;
      error += value * dot;
    }
  }
  return error;
}

/**
 * The weights nearest to the layer's float outputs on its present inputs, drawn towards the original ones: ridge
 * regression about them.
 *
 * @param pull how strongly, as a share of the mean of H's diagonal
 */
export function refitted(original: WeightMatrix, fit: LayerFit, pull: number): WeightMatrix {
  const { rows, columns, values } = original;
  const { matrix } = fit.moments[0]!;
  const factor = cholesky(damp(fit.moments, pull)[0]!.matrix, columns);
  if (!factor) return original;
  const out = values.slice();
  const residual = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      let dot = fit.cross[row * columns + i]!;
      for (let j = 0; j < columns; j++) dot -= matrix[i * columns + j]! * values[row * columns + j]!;
      residual[i] = dot;
    }
    solveCholesky(factor, columns, residual);
    for (let k = 0; k < columns; k++) out[row * columns + k]! += residual[k]!;
  }
  return { rows, columns, values: out };
}
