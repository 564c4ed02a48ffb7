/**
 * Rounding learned from the layer's inputs: of the two codes beside each weight, the one is taken that leaves the
 * output of the layer with the least error, given all the others. That is AdaRound's problem (Nagel et al. 2020, "Up or
 * Down?", equation 20: a quadratic over binary choices), solved here by coordinate descent on the exact quadratic
 * instead of by gradients on a relaxed one: each change is the best possible one and none makes it worse.
 */

import { pairLimit } from './weights.ts';

/** Second moments of a block of inputs, damped: row-major [size, size], symmetric. */
export interface MomentBlock {
  readonly start: number;
  readonly size: number;
  readonly moments: Float64Array;
}

export interface DescentLimits {
  /** The largest code, and the smallest negated. */
  readonly largest: number;
  /** See `WeightOptions.pairSafe`. */
  readonly pairSafe: boolean;
}

/** Most rounds over all weights of a channel; the first two find nearly everything. */
const mostRounds = 4;
/** Share of a weight's own error below which a gain is rounding noise of this computation. */
const smallestGain = 1e-9;

/**
 * Changes codes of one channel by one up or down, as long as that lowers eᵀ·H·e, where e = weights - scale·codes.
 *
 * @param weights of the channel, in the order of its sum
 * @param codes changed in place
 * @param gradient scratch of at least the block's size
 */
export function descend(
  weights: Float64Array,
  codes: Int16Array,
  block: MomentBlock,
  scale: number,
  limits: DescentLimits,
  gradient: Float64Array,
): void {
  const { start, size, moments } = block;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += moments[i * size + j]! * (weights[start + j]! - codes[start + j]! * scale);
    gradient[i] = sum;
  }
  for (let round = 0; round < mostRounds; round++) {
    let changed = false;
    for (let i = 0; i < size; i++) {
      const own = moments[i * size + i]! * scale * scale;
      // One code towards where the error points; the other direction can only make it worse.
      const step = gradient[i]! > 0 ? 1 : -1;
      const gain = 2 * scale * Math.abs(gradient[i]!) - own;
      const code = codes[start + i]! + step;
      if (gain <= smallestGain * own || !mayBe(codes, start + i, code, start + size, limits)) continue;
      codes[start + i] = code;
      changed = true;
      const moved = step * scale;
      for (let j = 0; j < size; j++) gradient[j]! -= moved * moments[i * size + j]!;
    }
    if (!changed) return;
  }
}

/** Whether `code` may stand at `k`, beside the code that makes a pair with it. */
function mayBe(codes: Int16Array, k: number, code: number, end: number, limits: DescentLimits): boolean {
  if (Math.abs(code) > limits.largest) return false;
  if (!limits.pairSafe) return true;
  const partner = k % 2 === 0 ? k + 1 : k - 1;
  if (partner >= end) return true;
  const other = codes[partner]!;
  return code * other <= 0 || Math.abs(code) + Math.abs(other) <= pairLimit;
}
