/**
 * How firmly a classifier decides, and how much a change shakes it. Both in units of logits, so that samples can be
 * told apart that a change of some strength can turn from those that it cannot.
 */

import { argMax, chooseOutputName, isScoreVector, type OutputChoice } from '../data/metrics/outputs.ts';
import type { Outputs } from '../data/metrics/metric.ts';
import { tensorValueFloats } from '../tensor/tensor-value.ts';

/** What a network says of one sample: a class, by scores on the scale of logits. */
export interface Decision {
  /** [classes] */
  readonly logits: Float32Array;
  readonly winner: number;
  /** How far the winner is ahead of the second. */
  readonly margin: number;
}

/** Softmax gives exactly zero to what is far behind. */
const smallestShare = 1e-30;
const sumTolerance = 1e-2;

/** undefined for networks whose output is not one list of two or more scores. */
export function decisionOf(outputs: Outputs, choice: OutputChoice): Decision | undefined {
  const name = chooseOutputName(outputs, choice, isScoreVector);
  const value = outputs[name]!;
  if (!value.dtype.includes('float') || !isScoreVector(value) || value.data.length < 2) return undefined;
  const scores = tensorValueFloats(value);
  const logits = isDistribution(scores) ? scores.map((share) => Math.log(Math.max(share, smallestShare))) : scores;
  const winner = argMax(logits);
  let second = -Infinity;
  for (let i = 0; i < logits.length; i++) if (i !== winner) second = Math.max(second, logits[i]!);
  return { logits, winner, margin: logits[winner]! - second };
}

function isDistribution(scores: Float32Array): boolean {
  let sum = 0;
  for (const score of scores) {
    if (!(score >= 0 && score <= 1)) return false;
    sum += score;
  }
  return Math.abs(sum - 1) < sumTolerance;
}

/**
 * The strength of a change on one sample, comparable with margins: the sample's margin times the share of the way that
 * the change moved the nearest rival to the winner's place. Above the margin the decision is another one.
 */
export function disturbance(before: Decision, after: Decision): number {
  const { logits, winner, margin } = before;
  const moved = after.logits[winner]! - logits[winner]!;
  let share = 0;
  for (let i = 0; i < logits.length; i++) {
    const gap = logits[winner]! - logits[i]!;
    const gained = after.logits[i]! - logits[i]! - moved;
    if (i !== winner && gained > share * gap) share = gap > 0 ? gained / gap : Infinity;
  }
  return margin > 0 ? share * margin : 0;
}

/** Kullback-Leibler divergence of the decision after a change from that before, in nats. */
export function divergence(before: Decision, after: Decision): number {
  const [p, q] = [logShares(before.logits), logShares(after.logits)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.exp(p[i]!) * (p[i]! - q[i]!);
  return Math.max(0, sum);
}

/** Logarithms of the softmax. */
function logShares(logits: Float32Array): Float64Array {
  let largest = -Infinity;
  for (const logit of logits) largest = Math.max(largest, logit);
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const shift = largest + Math.log(sum);
  return Float64Array.from(logits, (logit) => logit - shift);
}
