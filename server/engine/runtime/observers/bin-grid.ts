/**
 * Bins whose width is a power of two and whose edges are multiples of it. When the range grows, neighbouring bins are
 * merged and no count is ever split: so the outcome depends on the values only, not on their order, and is what one
 * would have got from knowing the range beforehand.
 */

/** No finer than this share of the largest magnitude: floor(value / width) stays exact in float32. */
const finestExponent = -24;
/** The reciprocal of the width must be a normal float32. */
const smallestExponent = -126;

/** The exponent of the smallest power of two of which `bins` bins cover [min, max]. */
export function binExponent(min: number, max: number, bins: number): number {
  const magnitude = Math.max(Math.abs(min), Math.abs(max));
  if (magnitude === 0) return smallestExponent;
  const finest = Math.max(Math.ceil(Math.log2(magnitude)) + finestExponent, smallestExponent);
  let exponent = Math.max(finest, Math.floor(Math.log2((max - min) / bins)) - 1);
  while (binOf(max, exponent) - binOf(min, exponent) >= bins) exponent += 1;
  return exponent;
}

/** Which bin `value` falls into: bin k covers [k, k + 1) * 2^exponent. */
export function binOf(value: number, exponent: number): number {
  return Math.floor(Math.fround(value * 2 ** -exponent));
}

/** Moves the counts of bins [first, last], kept at their number modulo the length, to bins of a larger exponent. */
export function mergeBins(counts: Float64Array, first: number, last: number, shift: number): Float64Array {
  const merged = new Float64Array(counts.length);
  const mask = counts.length - 1;
  // A number of bins is at most 2^24, so any larger shift gives what 31 gives: -1 or 0.
  const by = Math.min(shift, 31);
  for (let k = first; k <= last; k++) merged[(k >> by) & mask]! += counts[k & mask]!;
  return merged;
}
