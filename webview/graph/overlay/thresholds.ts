/** Limits between the colours of a heat map. */

/** Shares of the figures below each default limit: the last colour is for the worst twentieth. */
const shares = [0.2, 0.4, 0.6, 0.8, 0.95] as const;
/** Parts of the largest figure, for amounts: their sizes differ by orders of magnitude, and the small ones are many. */
const parts = [1 / 256, 1 / 64, 1 / 16, 1 / 4, 1 / 2] as const;

/**
 * Limits for amounts such as bytes, rounded to two digits, ascending. Empty for figures that are all alike and for
 * those that are no amounts, because one of them is negative.
 */
export function amountThresholds(figures: Float64Array): number[] {
  const finite = figures.filter((value) => Number.isFinite(value));
  let [least, most] = [Infinity, -Infinity];
  for (const value of finite) [least, most] = [Math.min(least, value), Math.max(most, value)];
  if (!(most > least && least >= 0)) return [];
  // The least figures that there are round to one another.
  return [...new Set(parts.map((part) => rounded(most * part)))].filter((limit) => limit > least);
}

/**
 * Limits in ascending order, at quantiles of the figures, rounded to two digits and each different from the others.
 * With `bad: 'low'` the shares are counted from the other end. Empty for figures that are all alike.
 */
export function defaultThresholds(figures: Float64Array, bad: 'high' | 'low' | 'none'): number[] {
  const sorted = figures.filter((value) => Number.isFinite(value)).sort();
  if (sorted.length === 0 || sorted[0] === sorted[sorted.length - 1]) return [];
  const wanted = bad === 'low' ? shares.map((share) => 1 - share).reverse() : shares;
  const last = sorted.length - 1;
  const limits = wanted.map((share) => rounded(sorted[Math.min(last, Math.floor(share * sorted.length))]!));
  return [...new Set(limits)].filter((limit) => limit > sorted[0]!).sort((a, b) => a - b);
}

/** The number of limits that `value` reaches; -1 for NaN. */
export function bucketOf(value: number, thresholds: readonly number[]): number {
  if (Number.isNaN(value)) return -1;
  let bucket = 0;
  while (bucket < thresholds.length && value >= thresholds[bucket]!) bucket++;
  return bucket;
}

/** The limits with number `index` set to `value`, kept between its neighbours. */
export function moveThreshold(thresholds: readonly number[], index: number, value: number): number[] {
  const low = thresholds[index - 1] ?? -Infinity;
  const high = thresholds[index + 1] ?? Infinity;
  return thresholds.map((limit, i) => (i === index ? Math.min(high, Math.max(low, value)) : limit));
}

function rounded(value: number): number {
  return Number(value.toPrecision(2));
}
