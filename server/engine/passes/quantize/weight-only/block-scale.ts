/** Scale and zero point of one block of weights. */

import { roundHalfEven } from '../../../tensor/codec.ts';
import { middleCode, storedScale, type WeightBits } from './block-weights.ts';

/** What a block stores beside its codes. */
export interface BlockScale {
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface ScaleOptions {
  readonly bits: WeightBits;
  readonly zeroPoints: boolean;
  readonly halfScales: boolean;
  /** Try smaller ranges too, and take the one of least error, instead of covering every weight. */
  readonly search: boolean;
}

/** Shares of the full range that a search tries: AutoGPTQ's and onnxruntime's `mse` stop at 0.2, in 100 steps. */
const searchSteps = 28;
const smallestShare = 0.3;

/**
 * The scale for weights `values[start, end)`.
 *
 * @param importance [as `values`]: how much a squared error of each weight counts; absent: all the same
 */
export function chooseScale(
  values: ArrayLike<number>,
  start: number,
  end: number,
  options: ScaleOptions,
  importance?: Float64Array,
): BlockScale {
  const { bits, zeroPoints, halfScales, search } = options;
  const top = 2 ** bits - 1;
  let min = 0;
  let max = 0;
  for (let k = start; k < end; k++) {
    min = Math.min(min, values[k]!);
    max = Math.max(max, values[k]!);
  }
  if (min === 0 && max === 0) return { scale: storedScale(1, halfScales), zeroPoint: middleCode(bits) };
  const middle = middleCode(bits);
  let best: BlockScale | undefined;
  let bestError = Infinity;
  const attempt = (scale: number, zeroPoint: number): void => {
    const error = blockError(values, start, end, { scale, zeroPoint }, top, importance);
    if (error >= bestError) return;
    bestError = error;
    best = { scale, zeroPoint };
  };
  const steps = search ? searchSteps : 0;
  for (let i = 0; i <= steps; i++) {
    const share = steps === 0 ? 1 : 1 - ((1 - smallestShare) * i) / steps;
    if (zeroPoints) {
      const scale = storedScale(((max - min) * share) / top, halfScales);
      const zero = clamp(roundHalfEven((-min * share) / scale), top);
      attempt(scale, zero);
      if (!search) continue;
      // The code of zero is rounded: its neighbours may serve better.
      if (zero > 0) attempt(scale, zero - 1);
      if (zero < top) attempt(scale, zero + 1);
    } else {
      // There is one code more below the middle than above: the side of the largest weight gets it.
      const bound = Math.max(-min, max) * share;
      const sign = -min >= max ? 1 : -1;
      attempt(storedScale((sign * bound) / middle, halfScales), middle);
      if (search) attempt(storedScale((sign * bound) / (middle - 0.5), halfScales), middle);
      if (search) attempt(storedScale((-sign * bound) / Math.max(1, middle - 1), halfScales), middle);
    }
  }
  return best!;
}

function blockError(
  values: ArrayLike<number>,
  start: number,
  end: number,
  { scale, zeroPoint }: BlockScale,
  top: number,
  importance: Float64Array | undefined,
): number {
  let error = 0;
  for (let k = start; k < end; k++) {
    const value = values[k]!;
    const rest = value - (codeOf(value, scale, zeroPoint, top) - zeroPoint) * scale;
    error += importance ? rest * rest * importance[k]! : rest * rest;
  }
  return error;
}

/** The code nearest to `value`. */
export function codeOf(value: number, scale: number, zeroPoint: number, top: number): number {
  return clamp(roundHalfEven(value / scale) + zeroPoint, top);
}

function clamp(code: number, top: number): number {
  return code < 0 ? 0 : code > top ? top : code;
}
