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

/** Shares of the full range that a search tries, for each end of it apart where there are zero points. */
const symmetricShares = Array.from({ length: 29 }, (_, i) => 1 - 0.025 * i);
const endShares = Array.from({ length: 9 }, (_, i) => 1 - 0.06 * i);

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
  if (zeroPoints) {
    const shares = search ? endShares : [1];
    for (const low of shares) {
      for (const high of shares) {
        const scale = storedScale((max * high - min * low) / top, halfScales);
        attempt(scale, clamp(roundHalfEven((-min * low) / scale), top));
        // With nothing on one side of zero the two shares are one.
        if (max === 0) break;
      }
      if (min === 0) break;
    }
    return best!;
  }
  for (const share of search ? symmetricShares : [1]) {
    // There is one code more below the middle than above: the side of the largest weight gets it.
    const bound = Math.max(-min, max) * share;
    const sign = -min >= max ? 1 : -1;
    attempt(storedScale((sign * bound) / middle, halfScales), middle);
    if (!search) continue;
    attempt(storedScale((sign * bound) / (middle - 0.5), halfScales), middle);
    attempt(storedScale((-sign * bound) / Math.max(1, middle - 1), halfScales), middle);
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
