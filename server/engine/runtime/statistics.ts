/** Order statistics of measured times. */

/** The `share`-quantile of `values`, between neighbours linearly (type 7 of Hyndman and Fan 1996); NaN of nothing. */
export function quantile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const low = Math.floor(at);
  const below = sorted[low] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - low);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
