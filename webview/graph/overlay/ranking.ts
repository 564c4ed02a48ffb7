/** The order from the worst to the best. */

import type { NodeFigures } from './built-in.ts';

/** Nodes with a figure, the worst first, equal ones in the order of the graph. */
export function ranking({ values, bad }: Pick<NodeFigures, 'values' | 'bad'>): Int32Array {
  const ranked: number[] = [];
  for (let n = 0; n < values.length; n++) if (!Number.isNaN(values[n]!)) ranked.push(n);
  const sign = bad === 'low' ? 1 : -1;
  return Int32Array.from(ranked.sort((a, b) => sign * (values[a]! - values[b]!) || a - b));
}

/**
 * The node to go to after `current` in the ranking (before it with `step` -1), round at the ends. From a node without a
 * rank it is the worst, or the best when going back. -1 for an empty ranking.
 */
export function nextWorst(ranked: Int32Array, current: number, step: 1 | -1): number {
  if (ranked.length === 0) return -1;
  const at = ranked.indexOf(current);
  if (at < 0) return ranked[step === 1 ? 0 : ranked.length - 1]!;
  return ranked[(at + step + ranked.length) % ranked.length]!;
}
