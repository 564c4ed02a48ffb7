/**
 * Quantized weights: one symmetric scale per output channel (or one for all), chosen for least squared error, and kept
 * safe on processors that add products in 16 bits.
 */

import type { QuantizedType } from '../../tensor/affine.ts';
import { integerRange } from '../../tensor/dtype.ts';
import { roundHalfEven } from '../../tensor/codec.ts';

/**
 * A weight seen as a matrix of channels by reduction: `index(channel, k)` is the position in the tensor of the k-th
 * factor of a channel's sum, in the order in which the runtime adds them up.
 */
export interface WeightLayout {
  readonly channels: number;
  readonly reduction: number;
  index(channel: number, k: number): number;
}

/**
 * Convolution weights [M, C/group, ...kernel]. onnxruntime's integer convolution works on channels-last data, so the
 * order of a sum is kernel position first, input channel innermost.
 */
export function convLayout(dims: readonly number[]): WeightLayout {
  const [channels = 1, inputs = 1, ...kernel] = dims;
  const taps = kernel.reduce((a, b) => a * b, 1);
  return {
    channels,
    reduction: inputs * taps,
    index: (channel, k) => (channel * inputs + (k % inputs)) * taps + Math.floor(k / inputs),
  };
}

/** Matrix weights [K, N], or [N, K] when `transposed` (Gemm's transB). Output channels are the columns N. */
export function matrixLayout(dims: readonly number[], transposed: boolean): WeightLayout {
  const [rows = 1, columns = 1] = dims;
  return transposed
    ? { channels: rows, reduction: columns, index: (channel, k) => channel * columns + k }
    : { channels: columns, reduction: rows, index: (channel, k) => k * columns + channel };
}

export interface WeightOptions {
  readonly type: Extract<QuantizedType, 'int8' | 'uint8'>;
  readonly perChannel: boolean;
  /**
   * Keeps every pair of neighbouring weights of a sum within what `vpmaddubsw` adds without saturation: 255·(a + b)
   * must fit 16 bits for weights of one sign, so |a| + |b| <= 128. Far milder than using 7 bits for all.
   */
  readonly pairSafe: boolean;
  /** Search the scale of least squared error instead of covering the largest weight. */
  readonly search: boolean;
  /** Lower bound of each channel's scale, so that the bias fits int32; absent: none. */
  readonly minimumScale?: Float32Array;
}

export interface QuantizedWeights {
  /** In the tensor's own order; for uint8 the zero point is already added. */
  readonly codes: Int8Array | Uint8Array;
  /** [channels], or [1] when per tensor. */
  readonly scales: Float32Array;
  readonly zeroPoint: number;
  /** Mean squared weights and mean squared rounding errors, summed over the tensor: the SQNR of the weights. */
  readonly signalPower: number;
  readonly noisePower: number;
}

/** Largest sum of magnitudes of two neighbouring weights of one sign: floor(32767 / 255). */
export const pairLimit = 128;
const searchSteps = 12;
const smallestSearchedShare = 0.7;

/** Quantizes weights; `values` are the tensor's numbers as float32. */
export function quantizeWeights(
  values: Float32Array,
  layout: WeightLayout,
  options: WeightOptions,
): QuantizedWeights {
  const limit = integerRange('int8').max;
  const signed = new Int8Array(values.length);
  const groups = options.perChannel ? layout.channels : 1;
  const perGroup = options.perChannel ? layout.reduction : layout.reduction * layout.channels;
  const scales = new Float32Array(groups);
  const row = new Float64Array(perGroup);
  const trial = new Int16Array(perGroup);
  const best = new Int16Array(perGroup);
  let signalPower = 0;
  let noisePower = 0;
  for (let g = 0; g < groups; g++) {
    let largest = 0;
    for (let k = 0; k < perGroup; k++) {
      const value = values[positionOf(layout, options.perChannel, g, k)]!;
      row[k] = value;
      signalPower += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    const floor = Math.max(options.minimumScale?.[g] ?? 0, Number.MIN_VALUE);
    if (largest === 0) {
      // A channel of zeros: any scale is exact; 1 keeps later arithmetic away from denormals.
      scales[g] = Math.max(1e-8, floor);
      continue;
    }
    let bestError = Infinity;
    const rows = options.perChannel ? 1 : layout.channels;
    const shares = candidateShares(options);
    for (const share of shares) {
      const scale = Math.fround(Math.max((largest / limit) * share, floor));
      const error = roundRow(row, scale, limit, options.pairSafe, rows, trial);
      if (error < bestError) {
        bestError = error;
        scales[g] = scale;
        best.set(trial);
      }
    }
    noisePower += bestError;
    for (let k = 0; k < perGroup; k++) signed[positionOf(layout, options.perChannel, g, k)] = best[k]!;
  }
  if (options.type === 'int8') return { codes: signed, scales, zeroPoint: 0, signalPower, noisePower };
  const codes = Uint8Array.from(signed, (code) => code + 128);
  return { codes, scales, zeroPoint: 128, signalPower, noisePower };
}

function positionOf(layout: WeightLayout, perChannel: boolean, group: number, k: number): number {
  if (perChannel) return layout.index(group, k);
  return layout.index(Math.floor(k / layout.reduction), k % layout.reduction);
}

/** Scales to try, as shares of the one that covers the largest weight; above 1 only helps where pairs must shrink. */
function candidateShares(options: WeightOptions): number[] {
  const shares = [1];
  if (options.search) {
    for (let i = 1; i <= searchSteps; i++) shares.push(1 - ((1 - smallestSearchedShare) * i) / searchSteps);
  }
  if (options.pairSafe) for (let i = 1; i <= searchSteps; i++) shares.push(1 + i / searchSteps);
  return shares;
}

/**
 * Rounds one group to `codes` and returns the squared error in real units. With `pairSafe`, pairs (0,1), (2,3), … of
 * each of the `rows` sums are brought within the limit by taking the excess from both members alike.
 */
function roundRow(
  row: Float64Array,
  scale: number,
  limit: number,
  pairSafe: boolean,
  rows: number,
  codes: Int16Array,
): number {
  for (let k = 0; k < row.length; k++) {
    codes[k] = Math.min(limit, Math.max(-limit, roundHalfEven(row[k]! / scale)));
  }
  if (pairSafe) {
    const length = row.length / rows;
    for (let r = 0; r < rows; r++) {
      for (let k = r * length; k + 1 < (r + 1) * length; k += 2) limitPair(codes, k);
    }
  }
  let error = 0;
  for (let k = 0; k < row.length; k++) error += (row[k]! - codes[k]! * scale) ** 2;
  return error;
}

function limitPair(codes: Int16Array, k: number): void {
  const a = codes[k]!;
  const b = codes[k + 1]!;
  if (a * b <= 0) return;
  const excess = Math.abs(a + b) - pairLimit;
  if (excess <= 0) return;
  const sign = Math.sign(a);
  const half = Math.floor(excess / 2);
  // The larger member gives the odd unit, so that neither changes sign.
  const fromA = Math.abs(a) >= Math.abs(b) ? excess - half : half;
  codes[k] = a - sign * fromA;
  codes[k + 1] = b - sign * (excess - fromA);
}

/** `true` when no pair of neighbouring weights of a sum can saturate (see `WeightOptions.pairSafe`). */
export function isPairSafe(codes: ArrayLike<number>, layout: WeightLayout): boolean {
  for (let channel = 0; channel < layout.channels; channel++) {
    for (let k = 0; k + 1 < layout.reduction; k += 2) {
      const a = codes[layout.index(channel, k)]!;
      const b = codes[layout.index(channel, k + 1)]!;
      if (a * b > 0 && Math.abs(a + b) > pairLimit) return false;
    }
  }
  return true;
}
