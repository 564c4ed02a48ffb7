/** How much of a metric a compressed model may lose when its author does not say: each metric counts differently. */

import { equalDb } from '../../../protocol/results/run-words.ts';

export { equalDb };

/** One point of accuracy: what most users of a smaller model accept, and what peers allow by default. */
const onePoint = 0.01;

/**
 * Share of answers that may differ from the original's. Most that differ were close calls, right as often as before:
 * five points of agreement cost about a point of accuracy or less.
 */
const flippedAnswers = 0.05;

/** A language model may lose this share of its perplexity. */
const perplexityShare = 0.01;

/** What outputs that are only compared as numbers must reach: 20 dB is noise of a tenth of the signal. */
const lowestDb = 20;

/** The largest drop allowed, in the metric's own unit; infinite for metrics that have no scale of their own. */
export function defaultMaxDrop(metric: string, baseline: number): number {
  switch (metric) {
    case 'agreement':
      return flippedAnswers;
    case 'perplexity':
      return perplexityShare * baseline;
    case 'sqnr':
      return equalDb - lowestDb;
    case 'mse':
    case 'mae':
      return Infinity;
    default:
      return onePoint;
  }
}
