/** From figures to pixels, and the round figures along an axis. */

/** Maps `from` linearly onto `to`; a range without extent maps to the middle. */
export function linear(
  [fromLow, fromHigh]: readonly [number, number],
  [toLow, toHigh]: readonly [number, number],
): (value: number) => number {
  const extent = fromHigh - fromLow;
  if (extent === 0) return () => (toLow + toHigh) / 2;
  return (value) => toLow + ((value - fromLow) / extent) * (toHigh - toLow);
}

/** Steps that a person counts in. */
const steps = [1, 2, 2.5, 5, 10];

/** About `count` round figures within [low, high]. */
export function ticks(low: number, high: number, count: number): number[] {
  const extent = high - low;
  if (!(extent > 0) || !Number.isFinite(extent)) return [low];
  const rough = extent / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (steps.find((times) => times * power >= rough * 0.999) ?? 10) * power;
  const made: number[] = [];
  // Multiples instead of sums: 0.1 added up ten times is not 1.
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) made.push(i === 0 ? 0 : i * step);
  return made;
}
