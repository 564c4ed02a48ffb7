/**
 * Rounding with error feedback: weights are rounded one after the other, and what each loses is made up by the ones
 * that are not rounded yet, as far as the inputs allow (GPTQ, Frantar et al. 2023, after Hassibi and Stork's optimal
 * brain surgeon). It lowers the error of the layer's output, not of the weights, and needs the inputs' second moments
 * (see the `gram` observer). Coordinate descent then takes back what looked best too early (`rounding-descent.ts`).
 */

import { roundHalfEven } from '../../tensor/codec.ts';
import type { GramResult } from '../../runtime/observers/gram.ts';
import { descend, type DescentLimits, type MomentBlock } from './rounding-descent.ts';
import { largestCodeOf, pairLimit, type QuantizedWeights, type WeightLayout, type WeightOptions } from './weights.ts';

/** Share of the mean diagonal that is added to it, so that the inverse exists: the paper's and all tools' default. */
const damping = 0.01;

/** One block of inputs: its second moments, damped, and the upper Cholesky factor of their inverse. */
interface Block extends MomentBlock {
  /** Row-major [size, size], upper triangle. */
  readonly factor: Float64Array;
}

/**
 * The codes of `weights` again, with the same scales, rounded so that the layer's output errs least.
 *
 * @param gram of the layer's input; groups of channels use their own
 * @param options the type of the codes, and whether pairs are limited
 */
export function roundWithFeedback(
  values: Float32Array,
  layout: WeightLayout,
  weights: QuantizedWeights,
  gram: GramResult,
  options: Pick<WeightOptions, 'type' | 'pairSafe' | 'rounding'>,
): QuantizedWeights {
  const groups = gram.blocks.map((blocks) => blocks.map(({ start, size, sums }) => factorize(start, size, sums)));
  const codes = weights.codes.slice();
  const limits = { largest: largestCodeOf(options.type), pairSafe: options.pairSafe };
  const channelsPerGroup = layout.channels / groups.length;
  const row = new Float64Array(layout.reduction);
  const weightsOfChannel = new Float64Array(layout.reduction);
  const gradient = new Float64Array(layout.reduction);
  const rounded = new Int16Array(layout.reduction);
  let noisePower = 0;
  for (let channel = 0; channel < layout.channels; channel++) {
    const scale = weights.scales[weights.scales.length > 1 ? channel : 0]!;
    for (let k = 0; k < row.length; k++) row[k] = values[layout.index(channel, k)]!;
    weightsOfChannel.set(row);
    for (const block of groups[Math.floor(channel / channelsPerGroup)]!) {
      roundBlock(row, rounded, block, scale, limits);
      if (options.rounding === 'learned') descend(weightsOfChannel, rounded, block, scale, limits, gradient);
    }
    for (let k = 0; k < row.length; k++) {
      const at = layout.index(channel, k);
      codes[at] = rounded[k]! + weights.zeroPoint;
      noisePower += (values[at]! - rounded[k]! * scale) ** 2;
    }
  }
  return { ...weights, codes, noisePower };
}

function roundBlock(row: Float64Array, codes: Int16Array, block: Block, scale: number, limits: DescentLimits): void {
  const { start, size, factor } = block;
  const { largest, pairSafe } = limits;
  for (let i = 0; i < size; i++) {
    const k = start + i;
    const value = row[k]!;
    let code = Math.min(largest, Math.max(-largest, roundHalfEven(value / scale)));
    if (pairSafe) {
      if (k % 2 === 1) code = besidePartner(code, codes[k - 1]!);
      // The first of a pair must leave its partner room; the partner is not rounded yet, so its real value counts.
      else if (i + 1 < size) code = withRoom(code, row[k + 1]! / scale);
    }
    codes[k] = code;
    const error = (value - code * scale) / factor[i * size + i]!;
    for (let j = i + 1; j < size; j++) row[start + j]! -= error * factor[i * size + j]!;
  }
}

/** The code nearest to `code` that may stand beside `partner`. */
function besidePartner(code: number, partner: number): number {
  if (code * partner <= 0) return code;
  const room = pairLimit - Math.abs(partner);
  return Math.abs(code) <= room ? code : Math.sign(code) * room;
}

/** Takes half of what a pair has too much from its first member, so that the second need not give all of it. */
function withRoom(code: number, partner: number): number {
  if (code * partner <= 0) return code;
  const excess = Math.abs(code) + Math.abs(partner) - pairLimit;
  return excess <= 0 ? code : code - Math.sign(code) * Math.min(Math.abs(code), Math.ceil(excess / 2));
}

/** Upper factor U with UᵀU = (H + λI)⁻¹; inputs that never were non-zero get a diagonal of one. */
function factorize(start: number, size: number, sums: Float64Array): Block {
  const h = new Float64Array(size * size);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += sums[i * size + i]!;
  const added = trace > 0 ? (damping * trace) / size : 1;
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      const value = sums[i * size + j]!;
      h[i * size + j] = value;
      h[j * size + i] = value;
    }
    h[i * size + i]! += added;
  }
  const inverse = invertPositive(h, size);
  return { start, size, moments: h, factor: upperCholesky(inverse, size) };
}

/** Inverse of a symmetric positive definite matrix, by its Cholesky factor (Golub and Van Loan, section 4.2). */
function invertPositive(matrix: Float64Array, n: number): Float64Array {
  const lower = lowerCholesky(matrix, n);
  const inverseLower = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverseLower[j * n + j] = 1 / lower[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += lower[i * n + k]! * inverseLower[k * n + j]!;
      inverseLower[i * n + j] = -sum / lower[i * n + i]!;
    }
  }
  const inverse = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = 0; i <= k; i++) {
      const a = inverseLower[k * n + i]!;
      for (let j = 0; j <= i; j++) inverse[i * n + j]! += a * inverseLower[k * n + j]!;
    }
  }
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) inverse[i * n + j] = inverse[j * n + i]!;
  return inverse;
}

function lowerCholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      lower[i * n + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12 * matrix[i * n + i]!)) : sum / lower[j * n + j]!;
    }
  }
  return lower;
}

/** U with matrix = Uᵀ·U. */
function upperCholesky(matrix: Float64Array, n: number): Float64Array {
  const lower = lowerCholesky(matrix, n);
  const upper = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) upper[j * n + i] = lower[i * n + j]!;
  return upper;
}
