/**
 * Quantized weights: one symmetric scale per output channel (or one for all), chosen for least squared error, and kept
 * safe on processors that add products in 16 bits.
 */

import { LatheError } from '../../errors.ts';
import type { QuantizedType } from '../../tensor/affine.ts';

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
 * order of a sum is kernel position first, input channel innermost (seen from outside: weights placed two at a time
 * saturate in pairs of just this order).
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

/** How weights of a layer that computes in integers are stored. */
export type WeightType = Extract<QuantizedType, 'int8' | 'uint8' | 'int4'>;

/** How weights of layers that compute in float may be stored. */
export type StoredType = 'float16' | 'int16' | 'int8' | 'int4';

/**
 * nearest: each weight alone. feedback: what a weight loses is made up by those after it. learned: the same, then codes
 * are changed as long as the layer's output errs less.
 */
export type Rounding = 'nearest' | 'feedback' | 'learned';

export interface WeightOptions {
  readonly type: WeightType;
  readonly perChannel: boolean;
  /**
   * Keeps every pair of neighbouring weights of a sum within what `vpmaddubsw` adds without saturation: 255·(a + b)
   * must fit 16 bits for weights of one sign, so |a| + |b| <= 128. Far milder than using 7 bits for all.
   */
  readonly pairSafe: boolean;
  /** How codes are chosen where the layer's inputs were seen; error feedback by default. */
  readonly rounding?: Rounding;
  /** Search the scale of least squared error instead of covering the largest weight. */
  readonly search: boolean;
  /** [channels], or [1] when per tensor: lower bounds of the scales, so that the bias fits int32; absent: none. */
  readonly minimumScale?: Float32Array;
}

export interface QuantizedWeights {
  /** In the tensor's own order, one entry each; for uint8 the zero point is already added. */
  readonly codes: Int8Array | Uint8Array;
  /** [channels], or [1] when per tensor. */
  readonly scales: Float32Array;
  readonly zeroPoint: number;
  /** Sums of the squared weights and of the squared rounding errors: the SQNR of the weights. */
  readonly signalPower: number;
  readonly noisePower: number;
}

/** The code of a channel's largest weight, and of its negative: symmetric, so -128 is not used. */
export const largestCode = 127;
/** The same for weights of 4 bits. */
const largestCode4 = 7;
/** Largest sum of magnitudes of two neighbouring weights of one sign: floor(32767 / 255). */
export const pairLimit = 128;
/** The scale of weights that are all zero: any is exact, and this is far from where float32 loses precision. */
export const scaleOfZeros = 1e-8;
const smallestScale = 2 ** -126;
const searchSteps = 12;
const smallestSearchedShare = 0.7;
/** With few codes clipping more pays (Banner et al. 2019, "Post training 4-bit quantization", section 3). */
const smallestSearchedShare4 = 0.4;
/** With the largest weight at half the limit of a pair no pair exceeds it. */
const halfRangeShare = largestCode / (pairLimit / 2);

/** The largest magnitude of a code. */
export function largestCodeOf(type: WeightType): number {
  return type === 'int4' ? largestCode4 : largestCode;
}

/**
 * Quantizes weights; `values` are the tensor's numbers as float32.
 *
 * @throws LatheError `UNSUPPORTED` when a weight is infinite or not a number
 */
export function quantizeWeights(
  values: Float32Array,
  layout: WeightLayout,
  options: WeightOptions,
): QuantizedWeights {
  const { perChannel } = options;
  const signed = new Int8Array(values.length);
  const groups = perChannel ? layout.channels : 1;
  const perGroup = perChannel ? layout.reduction : layout.reduction * layout.channels;
  const scales = new Float32Array(groups);
  const search = new ScaleSearch(perGroup, layout.reduction, options);
  let signalPower = 0;
  let noisePower = 0;
  for (let g = 0; g < groups; g++) {
    const { weights } = search;
    for (let k = 0; k < perGroup; k++) weights[k] = values[positionOf(layout, perChannel, g, k)]!;
    scales[g] = search.run(options.minimumScale?.[g] ?? 0);
    signalPower += search.signalPower;
    noisePower += search.noisePower;
    for (let k = 0; k < perGroup; k++) signed[positionOf(layout, perChannel, g, k)] = search.codes[k]!;
  }
  if (options.type !== 'uint8') return { codes: signed, scales, zeroPoint: 0, signalPower, noisePower };
  const codes = Uint8Array.from(signed, (code) => code + 128);
  return { codes, scales, zeroPoint: 128, signalPower, noisePower };
}

function positionOf(layout: WeightLayout, perChannel: boolean, group: number, k: number): number {
  if (perChannel) return layout.index(group, k);
  return layout.index(Math.floor(k / layout.reduction), k % layout.reduction);
}

/** Finds scale and codes of the weights that share a scale, one group after the other in the same memory. */
class ScaleSearch {
  /** Set before each run: in the order of the sums, one sum after the other. */
  readonly weights: Float64Array;
  /** What the last run found. */
  readonly codes: Int16Array;
  signalPower = 0;
  noisePower = 0;
  private readonly trial: Int16Array;
  private readonly reduction: number;
  private readonly options: WeightOptions;
  private readonly largestCode: number;
  /** Whether the last trial had to change a pair. */
  private limited = false;

  constructor(size: number, reduction: number, options: WeightOptions) {
    this.weights = new Float64Array(size);
    this.codes = new Int16Array(size);
    this.trial = new Int16Array(size);
    this.reduction = reduction;
    this.options = options;
    this.largestCode = largestCodeOf(options.type);
  }

  /** The best scale that is at least `minimum`. */
  run(minimum: number): number {
    let largest = 0;
    this.signalPower = 0;
    this.noisePower = 0;
    for (const weight of this.weights) {
      largest = Math.max(largest, Math.abs(weight));
      this.signalPower += weight * weight;
    }
    if (!Number.isFinite(largest)) {
      throw new LatheError('UNSUPPORTED', 'A weight is infinite or not a number.', { fix: 'Keep this layer float.' });
    }
    const floor = Math.max(minimum, smallestScale);
    if (largest === 0) {
      this.codes.fill(0);
      return Math.max(scaleOfZeros, floor);
    }
    let best = 0;
    this.noisePower = Infinity;
    const attempt = (share: number): void => {
      const scale = Math.fround(Math.max((largest / this.largestCode) * share, floor));
      const error = this.round(scale);
      if (error >= this.noisePower) return;
      this.noisePower = error;
      best = scale;
      this.codes.set(this.trial);
    };
    attempt(1);
    // Scales in between only help where pairs must shrink; half the range is tried anyway, so as never to be worse.
    const { limited } = this;
    if (this.options.pairSafe) attempt(halfRangeShare);
    const lowest = this.options.type === 'int4' ? smallestSearchedShare4 : smallestSearchedShare;
    for (let i = 1; i <= searchSteps; i++) {
      if (this.options.search) attempt(1 - ((1 - lowest) * i) / searchSteps);
      if (limited && i < searchSteps) attempt(1 + ((halfRangeShare - 1) * i) / searchSteps);
    }
    return best;
  }

  /**
   * Rounds the weights to codes in `trial` and returns the squared error in real units; Infinity, with the rest left
   * out, as soon as it is above the best so far.
   */
  private round(scale: number): number {
    const { weights, trial, reduction, noisePower, largestCode: limit } = this;
    const { pairSafe } = this.options;
    const inverse = 1 / scale;
    this.limited = false;
    let error = 0;
    for (let start = 0; start < weights.length; start += reduction) {
      const end = start + reduction;
      for (let k = start; k < end; k += 2) {
        const paired = k + 1 < end;
        trial[k] = nearestCode(weights[k]! * inverse, limit);
        if (paired) {
          trial[k + 1] = nearestCode(weights[k + 1]! * inverse, limit);
          if (pairSafe) this.limitPair(k, inverse);
          const second = weights[k + 1]! - trial[k + 1]! * scale;
          error += second * second;
        }
        const first = weights[k]! - trial[k]! * scale;
        error += first * first;
        if (error > noisePower) return Infinity;
      }
    }
    return error;
  }

  /**
   * Brings the pair at `k` within the limit. Of the pairs of codes that just meet it the nearest to the two weights is
   * the foot of the perpendicular from them to the line a + b = limit.
   */
  private limitPair(k: number, inverse: number): void {
    const { weights, trial } = this;
    const sum = trial[k]! + trial[k + 1]!;
    if (Math.abs(sum) <= pairLimit || trial[k]! * trial[k + 1]! <= 0) return;
    const sign = Math.sign(sum);
    const difference = sign * (weights[k]! - weights[k + 1]!) * inverse;
    const first = Math.max(pairLimit - largestCode, nearestCode((pairLimit + difference) / 2, largestCode));
    trial[k] = sign * first;
    trial[k + 1] = sign * (pairLimit - first);
    this.limited = true;
  }
}

/** Added and taken away again it leaves no room for a fraction: rounds to nearest, ties to even, without a branch. */
const roundingShift = 1.5 * 2 ** 52;

function nearestCode(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value + roundingShift - roundingShift));
}
