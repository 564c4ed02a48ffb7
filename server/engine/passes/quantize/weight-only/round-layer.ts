/** Which way of rounding a layer gets: what is asked for, or what errs least. */

import type { BlockGrid, BlockWeights, WeightMatrix } from './block-weights.ts';
import { dequantize } from './block-weights.ts';
import { defaultGptq, gptq } from './gptq.ts';
import { halfQuadratic } from './half-quadratic.ts';
import { damp, diagonal, outputPower, type Moments } from './moments.ts';
import type { InputMoments } from './observe-moments.ts';
import { roundToNearest } from './round-to-nearest.ts';
import type { WeightOnlyMethod } from './weight-only-options.ts';

/** A way that was taken, in the words of reports. */
export type RoundingName = 'nearest' | 'least squares' | 'HQQ' | 'GPTQ' | 'GPTQ, fitted';

export interface RoundedLayer {
  readonly weights: BlockWeights;
  readonly name: RoundingName;
}

interface Way {
  readonly name: RoundingName;
  readonly round: (matrix: WeightMatrix, moments: Moments | undefined) => BlockWeights;
}

/** Beyond this many multiplications coordinate descent would take longer than the rest of a run. */
const affordableDescent = 4e9;

/** @param inputs what the layer is fed, where it was observed */
export function roundLayer(
  matrix: WeightMatrix,
  grid: BlockGrid,
  method: WeightOnlyMethod,
  inputs: InputMoments | undefined,
): RoundedLayer {
  const ways = waysFor(matrix, grid, method, inputs);
  const way = ways.length === 1 ? ways[0]! : best(ways, matrix, inputs);
  return { weights: way.round(matrix, inputs?.all), name: way.name };
}

function waysFor(
  matrix: WeightMatrix,
  grid: BlockGrid,
  method: WeightOnlyMethod,
  inputs: InputMoments | undefined,
): Way[] {
  const nearest: Way = { name: 'nearest', round: (m) => roundToNearest(m, grid, false) };
  const hqq: Way = { name: 'HQQ', round: (m) => halfQuadratic(m, grid) };
  const leastSquares: Way = {
    name: 'least squares',
    round: (m, moments) => roundToNearest(m, grid, true, moments && diagonal(damp(moments, 0.01), m.columns)),
  };
  if (method === 'nearest') return [nearest];
  if (method === 'hqq') return [hqq];
  if (method === 'awq' || grid.bits === 8) return [leastSquares];
  if (!inputs) return [leastSquares];
  const descent = matrix.rows * matrix.columns * longest(inputs.all) > affordableDescent ? 0 : defaultGptq.descent;
  const feedback: Way = { name: 'GPTQ', round: (m, moments) => gptq(m, grid, moments!, { ...defaultGptq, descent }) };
  return method === 'gptq' ? [feedback] : [feedback, leastSquares];
}

function longest(moments: Moments): number {
  return moments.reduce((size, block) => Math.max(size, block.size), 0);
}

/** Each way rounds by one half of the data and is judged on the other; without data, by its squared error. */
function best(ways: readonly Way[], matrix: WeightMatrix, inputs: InputMoments | undefined): Way {
  let leastError = Infinity;
  let chosen = ways[0]!;
  for (const way of ways) {
    const rounded = dequantize(way.round(matrix, inputs?.fitted));
    const error = inputs
      ? outputPower(matrix.values, rounded, matrix.columns, inputs.heldOut)
      : squaredError(matrix.values, rounded);
    if (error >= leastError) continue;
    leastError = error;
    chosen = way;
  }
  return chosen;
}

function squaredError(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}
