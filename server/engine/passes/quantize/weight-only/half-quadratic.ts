/**
 * Half-quadratic quantization (HQQ, Badri and Shaji 2023): makes the p-norm of the weights' errors small, p < 1:
 * outliers may err, the mass of the weights must not. Needs no data. Alternates between the errors that are taken as
 * outliers (a generalised soft threshold) and the range that fits the rest. The paper moves a real-valued zero point;
 * here zero points are codes, so the scale moves as well.
 */

import { codeOf, type BlockScale } from './block-scale.ts';
import {
  blocksOf, dequantize, storedScale, type BlockGrid, type BlockWeights, type WeightMatrix,
} from './block-weights.ts';
import { roundToNearest } from './round-to-nearest.ts';

/** The reference implementation's, and onnxruntime's. */
const norm = 0.7;
const firstBeta = 10;
const growth = 1.01;
const iterations = 20;

/** Sum of |w - quantized w|^0.7: what the method lowers. */
export function sparseError(matrix: WeightMatrix, weights: BlockWeights): number {
  const values = dequantize(weights);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(matrix.values[i]! - values[i]!) ** norm;
  return sum;
}

/** Starts from rounding to nearest; a block that does not gain stays as it was. */
export function halfQuadratic(matrix: WeightMatrix, grid: BlockGrid): BlockWeights {
  const { rows, columns, values } = matrix;
  const start = roundToNearest(matrix, grid, false);
  const blocks = blocksOf(columns, grid.blockSize);
  const top = 2 ** grid.bits - 1;
  const codes = start.codes.slice();
  const zeroPoints = start.zeroPoints.slice();
  const scales = start.scales.slice();
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const first = row * columns + block * grid.blockSize;
      const last = Math.min((row + 1) * columns, first + grid.blockSize);
      const at = row * blocks + block;
      const from = { scale: scales[at]!, zeroPoint: zeroPoints[at]! };
      const { scale, zeroPoint } = fittedRange(values.subarray(first, last), from, top, grid, start.halfScales);
      scales[at] = scale;
      zeroPoints[at] = zeroPoint;
      for (let i = first; i < last; i++) codes[i] = codeOf(values[i]!, scale, zeroPoint, top);
    }
  }
  return { ...start, codes, zeroPoints, scales };
}

/** The range with the least norm of the errors that the alternation comes by. */
function fittedRange(
  values: Float32Array,
  from: BlockScale,
  top: number,
  grid: BlockGrid,
  halfScales: boolean,
): BlockScale {
  let best = from;
  let least = powerError(values, from, top);
  let now = from;
  let beta = firstBeta / Math.abs(from.scale);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const codes = values.map((value) => codeOf(value, now.scale, now.zeroPoint, top));
    const wanted = values.map((value, i) => value - shrunk(value - (codes[i]! - now.zeroPoint) * now.scale, beta));
    let next: BlockScale | undefined;
    let nextError = Infinity;
    for (const step of grid.zeroPoints ? [-1, 0, 1] : [0]) {
      const zeroPoint = now.zeroPoint + step;
      if (zeroPoint < 0 || zeroPoint > top) continue;
      const scale = storedScale(slope(codes, wanted, zeroPoint) ?? now.scale, halfScales);
      const error = powerError(values, { scale, zeroPoint }, top);
      if (error >= nextError) continue;
      nextError = error;
      next = { scale, zeroPoint };
    }
    if (!next || (next.scale === now.scale && next.zeroPoint === now.zeroPoint)) break;
    now = next;
    beta *= growth;
    if (nextError >= least) continue;
    least = nextError;
    best = next;
  }
  return best;
}

/** The scale that brings codes nearest to `wanted`, by least squares. */
function slope(codes: Float32Array, wanted: Float32Array, zeroPoint: number): number | undefined {
  let product = 0;
  let square = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]! - zeroPoint;
    product += code * wanted[i]!;
    square += code * code;
  }
  return square > 0 && product !== 0 ? product / square : undefined;
}

/** Generalised soft threshold: the solution of min |e|^p + beta/2 (e - x)^2, as the reference has it. */
function shrunk(error: number, beta: number): number {
  const size = Math.abs(error);
  if (size === 0) return 0;
  return Math.sign(error) * Math.max(0, size - size ** (norm - 1) / beta);
}

function powerError(values: Float32Array, { scale, zeroPoint }: BlockScale, top: number): number {
  let sum = 0;
  for (const value of values) {
    sum += Math.abs(value - (codeOf(value, scale, zeroPoint, top) - zeroPoint) * scale) ** norm;
  }
  return sum;
}
