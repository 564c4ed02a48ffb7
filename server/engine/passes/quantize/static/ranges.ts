/**
 * Calibrators: from the distribution of an activation to the interval that its codes cover.
 *
 * - min-max: everything seen.
 * - percentile: all but a share of the largest magnitudes.
 * - entropy: least Kullback-Leibler divergence between the distribution and its quantized form (Migacz 2017, "8-bit
 *   Inference with TensorRT"), with the spike of exact zeros left out: after a ReLU it would outweigh the rest and
 *   cut most of the range.
 * - mse: least expected squared error, rounding and clipping together (Banner et al. 2019 do it in closed form; here it
 *   is computed from the histogram itself).
 */

import { affineParams, type QuantizedType, type Range } from '../../../tensor/affine.ts';
import { integerRange } from '../../../tensor/dtype.ts';
import type { Histogram } from '../../../tensor/histogram.ts';
import type { Curve } from './curve.ts';

export type CalibrationMethod = 'min-max' | 'percentile' | 'entropy' | 'mse';

export interface CalibratorOptions {
  readonly method: CalibrationMethod;
  readonly type: QuantizedType;
  readonly symmetric: boolean;
  /** Share of values to keep, in percent, for `percentile`. */
  readonly percentile: number;
  /** What the value goes through before anything else sees it: its output's error is what counts. */
  readonly curve?: Curve | undefined;
}

/** The range that `method` chooses for a distribution. */
export function calibrateRange(histogram: Histogram, options: CalibratorOptions): Range {
  const seen: Range = { min: Math.min(0, histogram.min), max: Math.max(0, histogram.max) };
  if (!(seen.max > seen.min)) return seen;
  const full = options.curve ? heardRange(seen, options.curve) : seen;
  switch (options.method) {
    case 'min-max':
      return full;
    case 'percentile':
      return percentileRange(histogram, full, options.percentile / 100);
    case 'entropy':
      return entropyRange(histogram, full, options);
    case 'mse':
      return leastErrorRange(histogram, full, options);
  }
}

/** Cuts `1 - keep` of all values, from the side that reaches farther out: what is left is bounded alike on both. */
function percentileRange(histogram: Histogram, full: Range, keep: number): Range {
  const { counts, start, binWidth } = histogram;
  const total = counts.reduce((a, b) => a + b, 0) + histogram.zeros;
  let budget = total * (1 - keep);
  let low = 0;
  let high = counts.length - 1;
  while (low < high) {
    const below = -(start + low * binWidth);
    const above = start + (high + 1) * binWidth;
    if (above >= below) {
      if (counts[high]! > budget) break;
      budget -= counts[high]!;
      high -= 1;
    } else {
      if (counts[low]! > budget) break;
      budget -= counts[low]!;
      low += 1;
    }
  }
  return {
    min: Math.max(full.min, Math.min(0, start + low * binWidth)),
    max: Math.min(full.max, Math.max(0, start + (high + 1) * binWidth)),
  };
}

/**
 * Expected squared error per value when the distribution is quantized to `range`: rounding and clipping, exact for
 * values that are spread evenly within each bin, however wide bins are beside codes.
 */
export function expectedError(histogram: Histogram, range: Range, options: CalibratorOptions): number {
  const { counts, start, binWidth } = histogram;
  const { scale, zeroPoint } = affineParams(range, options.type, options.symmetric);
  const codes = integerRange(options.type);
  const lowest = codes.min - zeroPoint;
  const highest = codes.max - zeroPoint;
  // In units of the scale codes lie at integers. The integral of the squared distance to the nearest one, from zero
  // on: a twelfth for each code passed, and the cube of what is left.
  const integral = (edge: number): number => {
    const nearest = Math.min(highest, Math.max(lowest, Math.floor(edge + 0.5)));
    const rest = edge - nearest;
    return nearest / 12 + (rest * rest * rest) / 3;
  };
  let error = 0;
  let total = histogram.zeros;
  const inverse = 1 / scale;
  let below = integral(start * inverse);
  for (let i = 0; i < counts.length; i++) {
    const above = integral((start + (i + 1) * binWidth) * inverse);
    error += counts[i]! * (above - below);
    total += counts[i]!;
    below = above;
  }
  return error === 0 ? 0 : (error / total) * (scale / binWidth) * scale * scale;
}

/** Expected error of the value, or of what its curve makes of it. */
function errorMeasure(histogram: Histogram, options: CalibratorOptions): (range: Range) => number {
  const { curve, type } = options;
  // Of 16 bits every value has more codes than bins: what a bin holds is not known well enough, nor does it matter.
  if (!curve || type.endsWith('16')) return (range) => expectedError(histogram, range, options);
  const { counts, start, binWidth } = histogram;
  const centers = Float64Array.from(counts, (_, i) => start + (i + 0.5) * binWidth);
  const wanted = curve(centers);
  const { min: first, max: last } = integerRange(type);
  const reals = new Float64Array(last - first + 1);
  return (range) => {
    const { scale, zeroPoint } = affineParams(range, type, options.symmetric);
    for (let i = 0; i < reals.length; i++) reals[i] = (first + i - zeroPoint) * scale;
    const got = curve(reals);
    let error = 0;
    for (let i = 0; i < counts.length; i++) {
      if (counts[i] === 0) continue;
      const code = Math.min(last, Math.max(first, Math.round(centers[i]! / scale) + zeroPoint));
      error += counts[i]! * (got[code - first]! - wanted[i]!) ** 2;
    }
    return error;
  };
}

const heardSteps = 2048;
/** Share of the span of what a curve gives that may be lost at an end: far below one of 256 codes. */
const unheardShare = 1 / 8192;

/** `range` without the ends where the curve gives all but the same, whatever the value. */
function heardRange(range: Range, curve: Curve): Range {
  const step = (range.max - range.min) / heardSteps;
  const outputs = curve(Float64Array.from({ length: heardSteps + 1 }, (_, i) => range.min + i * step));
  let lowest = Infinity;
  let highest = -Infinity;
  for (const output of outputs) {
    lowest = Math.min(lowest, output);
    highest = Math.max(highest, output);
  }
  const tolerance = (highest - lowest) * unheardShare;
  if (!(tolerance > 0)) return range;
  /** Steps from an end over which the output stays within the tolerance. */
  const flat = (at: (i: number) => number): number => {
    let [low, high] = [at(0), at(0)];
    for (let i = 1; i <= heardSteps; i++) {
      low = Math.min(low, at(i));
      high = Math.max(high, at(i));
      if (high - low > tolerance) return i - 1;
    }
    return 0;
  };
  return {
    min: Math.min(0, range.min + step * flat((i) => outputs[i]!)),
    max: Math.max(0, range.max - step * flat((i) => outputs[heardSteps - i]!)),
  };
}

const leastErrorSteps = 60;

/** Shrinks both ends by a common factor, then each end alone, keeping what lowers the expected error. */
function leastErrorRange(histogram: Histogram, full: Range, options: CalibratorOptions): Range {
  const errorOf = errorMeasure(histogram, options);
  let best = full;
  let bestError = errorOf(full);
  const search = (candidate: (factor: number) => Range): void => {
    for (let step = 1; step < leastErrorSteps; step++) {
      const range = candidate(1 - step / leastErrorSteps);
      const error = errorOf(range);
      if (error >= bestError) continue;
      best = range;
      bestError = error;
    }
  };
  search((factor) => ({ min: full.min * factor, max: full.max * factor }));
  if (!options.symmetric && full.min < 0 && full.max > 0) {
    const { min } = best;
    search((factor) => ({ min, max: full.max * factor }));
    const { max } = best;
    search((factor) => ({ min: full.min * factor, max }));
  }
  return best;
}

const entropySteps = 40;

function entropyRange(histogram: Histogram, full: Range, options: CalibratorOptions): Range {
  let best = full;
  let bestDivergence = Infinity;
  for (let step = 0; step < entropySteps; step++) {
    const factor = 1 - step / (entropySteps + 10);
    const range = { min: full.min * factor, max: full.max * factor };
    const divergence = quantizedDivergence(histogram, range, options);
    if (divergence < bestDivergence) {
      best = range;
      bestDivergence = divergence;
    }
  }
  return best;
}

/** KL(P || Q): P is the distribution clipped to `range`, Q the same after all bins of one code share their mass. */
function quantizedDivergence(histogram: Histogram, range: Range, options: CalibratorOptions): number {
  const { counts, start, binWidth } = histogram;
  const { scale } = affineParams(range, options.type, options.symmetric);
  const clipped = new Float64Array(counts.length);
  let first = -1;
  let last = -1;
  for (let i = 0; i < counts.length; i++) {
    const center = start + (i + 0.5) * binWidth;
    if (center < range.min || center > range.max) continue;
    if (first < 0) first = i;
    last = i;
    clipped[i] = counts[i]!;
  }
  if (first < 0) return Infinity;
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    if (i < first) clipped[first]! += counts[i]!;
    else if (i > last) clipped[last]! += counts[i]!;
    total += counts[i]!;
  }
  let divergence = 0;
  let i = first;
  while (i <= last) {
    const code = Math.round((start + (i + 0.5) * binWidth) / scale);
    let end = i;
    let inside = 0;
    let filled = 0;
    while (end <= last && Math.round((start + (end + 0.5) * binWidth) / scale) === code) {
      inside += counts[end]!;
      if (clipped[end]! > 0) filled += 1;
      end += 1;
    }
    // Q is built from the unclipped counts (Migacz's second step), so mass moved by clipping costs divergence.
    const share = filled > 0 ? inside / filled : 0;
    for (let k = i; k < end; k++) {
      const p = clipped[k]! / total;
      if (p > 0) divergence += p * Math.log(p / Math.max(share / total, 1e-12));
    }
    i = end;
  }
  return divergence;
}
