/**
 * Finds a learning rate by trying: the rate grows from step to step until the loss explodes (the range test of Smith
 * 2017). Where the loss is lowest says little about a network that has learned already: its loss hardly falls in so few
 * steps, and any rate below the one that breaks it looks alike. So the rate is taken from where it breaks.
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

/** A mean so much above the lowest one so far has left the valley. */
const explosion = 1.5;

/** Steps before the running mean says anything. */
const beginning = 5;

/** The rate to train with is so far below the one that breaks the network. */
const margin = 2.5;

/** The rate to try at `step`. */
export function triedRate({ from, to, steps }: RateRange, step: number): number {
  return from * (to / from) ** (step / Math.max(1, steps - 1));
}

/** Whether to end the test: higher rates would only break more. */
export function hasExploded(tried: readonly TriedRate[]): boolean {
  return explodedAt(tried) < tried.length;
}

/** The rate to train with: two fifths of the one that broke the network, or of the highest where none did. */
export function chooseRate(tried: readonly TriedRate[], { from }: RateRange): number {
  const broke = tried[Math.min(explodedAt(tried), tried.length - 1)];
  return Math.max(from, (broke?.learningRate ?? from) / margin);
}

/** The first step whose running mean has exploded; the number of steps where none has. */
function explodedAt(tried: readonly TriedRate[]): number {
  let sum = 0;
  let lowest = Infinity;
  for (const [i, { loss }] of tried.entries()) {
    sum = (1 - share) * sum + share * loss;
    // Without the bias towards zero of the first ones.
    const mean = sum / (1 - (1 - share) ** (i + 1));
    if (!Number.isFinite(mean)) return i;
    if (i < beginning - 1) continue;
    if (mean > explosion * lowest) return i;
    lowest = Math.min(lowest, mean);
  }
  return tried.length;
}
