/**
 * Finds a learning rate by trying: the rate grows from step to step, and the loss first falls and at last explodes
 * (the range test of Smith 2017).
 */

export interface TriedRate {
  readonly learningRate: number;
  readonly loss: number;
}

export interface RateRange {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** How much of the running mean each new loss replaces. */
const share = 0.2;

/** A mean so much above that of the beginning has left the valley. */
const explosion = 1.5;

/** Steps that say what the loss was at the beginning, when the rate did nothing yet. */
const beginning = 5;

/** The best rate for training is so far below the one at which the loss was lowest. */
const margin = 3;

/** The rate to try at `step`. */
export function triedRate({ from, to, steps }: RateRange, step: number): number {
  return from * (to / from) ** (step / Math.max(1, steps - 1));
}

/** Whether to end the test: the loss is no number, or so high that nothing is left to learn. */
export function hasExploded(tried: readonly TriedRate[]): boolean {
  return explodedAt(smoothed(tried)) < tried.length;
}

/**
 * The rate to train with: a third of that at which the running mean of the loss was lowest, before it exploded.
 *
 * @returns `range.from` where even the first steps exploded
 */
export function chooseRate(tried: readonly TriedRate[], { from }: RateRange): number {
  const means = smoothed(tried);
  const end = explodedAt(means);
  let best = -1;
  for (let i = 0; i < end; i++) if (best < 0 || means[i]! <= means[best]!) best = i;
  return best < 0 ? from : Math.max(from, tried[best]!.learningRate / margin);
}

/** The first step whose running mean has exploded; the number of steps where none has. */
function explodedAt(means: readonly number[]): number {
  const start = means[Math.min(beginning, means.length) - 1] ?? 0;
  const at = means.findIndex((mean, i) => !Number.isFinite(mean) || (i >= beginning && mean > explosion * start));
  return at < 0 ? means.length : at;
}

/** Running means, without the bias towards zero of the first ones. */
function smoothed(tried: readonly TriedRate[]): number[] {
  let mean = 0;
  return tried.map(({ loss }, i) => {
    mean = (1 - share) * mean + share * loss;
    return mean / (1 - (1 - share) ** (i + 1));
  });
}
