/**
 * Half-quadratic quantization (HQQ, Badri and Shaji 2023): shifts the zero points so that the p-norm of the weights'
 * errors, p < 1, becomes small: outliers may err, the mass of the weights must not. Needs no data. Alternates between
 * the errors that are taken as outliers (a generalised soft threshold) and the zero points that fit the rest.
 */

import { codeOf } from './block-scale.ts';
import { blocksOf, dequantize, type BlockGrid, type BlockWeights, type WeightMatrix } from './block-weights.ts';
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

/**
 * Starts from rounding to nearest. Zero points are stored as codes, so each block's is rounded at the end, and a block
 * that did not gain stays as it was.
 */
export function halfQuadratic(matrix: WeightMatrix, grid: BlockGrid): BlockWeights {
  const { rows, columns, values } = matrix;
  const start = roundToNearest(matrix, grid, false);
  if (!grid.zeroPoints) return start;
  const blocks = blocksOf(columns, grid.blockSize);
  const top = 2 ** grid.bits - 1;
  const codes = start.codes.slice();
  const zeroPoints = start.zeroPoints.slice();
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const first = row * columns + block * grid.blockSize;
      const last = Math.min((row + 1) * columns, first + grid.blockSize);
      const at = row * blocks + block;
      const scale = start.scales[at]!;
      const shifted = Math.round(fittedZero(values, first, last, scale, start.zeroPoints[at]!, top));
      let best = powerError(values, first, last, scale, zeroPoints[at]!, top);
      for (const zero of [shifted - 1, shifted, shifted + 1]) {
        if (zero < 0 || zero > top) continue;
        const error = powerError(values, first, last, scale, zero, top);
        if (error >= best) continue;
        best = error;
        zeroPoints[at] = zero;
      }
      for (let i = first; i < last; i++) codes[i] = codeOf(values[i]!, scale, zeroPoints[at]!, top);
    }
  }
  return { ...start, codes, zeroPoints };
}

/** The real-valued zero point that the alternation ends with. */
function fittedZero(
  values: Float32Array,
  first: number,
  last: number,
  scale: number,
  zeroPoint: number,
  top: number,
): number {
  let zero = zeroPoint;
  let beta = firstBeta;
  let bestMean = Infinity;
  let best = zero;
  for (let iteration = 0; iteration < iterations; iteration++) {
    let sum = 0;
    let mean = 0;
    for (let i = first; i < last; i++) {
      const value = values[i]!;
      const code = Math.min(top, Math.max(0, Math.round(value / scale + zero)));
      const error = value - (code - zero) * scale;
      mean += Math.abs(error);
      sum += code - (value - shrunk(error, beta)) / scale;
    }
    if (mean >= bestMean) break;
    bestMean = mean;
    best = zero;
    zero = sum / (last - first);
    beta *= growth;
  }
  return best;
}

/** Generalised soft threshold: the solution of min |e|^p + beta/2 (e - x)^2, as the reference has it. */
function shrunk(error: number, beta: number): number {
  const size = Math.abs(error);
  if (size === 0) return 0;
  return Math.sign(error) * Math.max(0, size - size ** (norm - 1) / beta);
}

function powerError(
  values: Float32Array,
  first: number,
  last: number,
  scale: number,
  zero: number,
  top: number,
): number {
  let sum = 0;
  for (let i = first; i < last; i++) {
    const value = values[i]!;
    sum += Math.abs(value - (codeOf(value, scale, zero, top) - zero) * scale) ** norm;
  }
  return sum;
}
