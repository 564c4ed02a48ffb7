/**
 * Blocks that repeat, where names say nothing. The operators of a graph in their order are a word over the alphabet of
 * their signatures; a block that repeats is a stretch of it that equals itself moved by the block's length (a run, in
 * the words of Kolpakov and Kucherov 1999). Every length up to a bound is tried; of all runs those are taken that leave
 * least to look at, which is weighted interval scheduling.
 */

/** `count` blocks of `period` nodes each, the first from position `start` on. */
export interface Repeat {
  readonly start: number;
  readonly period: number;
  readonly count: number;
}

/** A convolution with its activation, again and again, is no block that a person would fold away. */
const leastPeriod = 4;
/** Longer than a block of any network that was looked at; bounds the work to this times the number of nodes. */
const mostPeriod = 512;
/** What one more repeat costs the reader, in nodes. */
const costOfRepeat = 1;

/**
 * Repeats that do not overlap, in order.
 *
 * @param signatures by position; equal numbers for nodes that do the same
 * @param crossing by position: how many tensors made before it are read at it or after it. Blocks begin where it is
 * lowest
 */
export function repeatsIn(signatures: Int32Array, crossing: Int32Array): Repeat[] {
  return bestOf(runs(signatures, crossing), signatures.length);
}

/** Nodes that need not be looked at, since they are like others of their repeat. */
export function saved(repeats: readonly Repeat[]): number {
  return repeats.reduce((sum, { period, count }) => sum + period * (count - 1), 0);
}

function runs(signatures: Int32Array, crossing: Int32Array): Repeat[] {
  const found: Repeat[] = [];
  const all = signatures.length;
  const most = Math.min(mostPeriod, all >> 1);
  for (let period = leastPeriod; period <= most; period++) {
    let equal = 0;
    for (let i = 0; i + period <= all; i++) {
      if (i + period < all && signatures[i] === signatures[i + period]) {
        equal += 1;
        continue;
      }
      if (equal >= period) {
        const count = Math.floor(equal / period) + 1;
        const start = bestStart(i - equal, (equal % period) + 1, period, count, crossing);
        if (!isTrivial(signatures, start, period)) found.push({ start, period, count });
      }
      equal = 0;
    }
  }
  return found;
}

/** Of `slack` places to begin that with the fewest tensors across the borders of the blocks. */
function bestStart(first: number, slack: number, period: number, count: number, crossing: Int32Array): number {
  let [best, fewest] = [first, Infinity];
  for (let start = first; start < first + slack; start++) {
    let tensors = 0;
    for (let block = 0; block <= count; block++) tensors += crossing[start + block * period] ?? 0;
    if (tensors < fewest) [best, fewest] = [start, tensors];
  }
  return best;
}

/** A block that is itself a repeat: of fewer operators than a block must have, or found with its own length. */
function isTrivial(signatures: Int32Array, start: number, period: number): boolean {
  for (let short = 1; short <= period >> 1; short++) {
    if (period % short !== 0) continue;
    let i = start;
    while (i + short < start + period && signatures[i] === signatures[i + short]) i += 1;
    if (i + short === start + period) return true;
  }
  return false;
}

/** The repeats without overlap that save most together. */
function bestOf(repeats: readonly Repeat[], length: number): Repeat[] {
  const byEnd: Repeat[][] = Array.from({ length: length + 1 }, () => []);
  for (const repeat of repeats) byEnd[repeat.start + repeat.period * repeat.count]!.push(repeat);
  /** By position: what is saved before it at most, and the repeat that ends there in this case. */
  const best = new Float64Array(length + 1);
  const chosen: (Repeat | undefined)[] = [undefined];
  for (let end = 1; end <= length; end++) {
    best[end] = best[end - 1]!;
    for (const repeat of byEnd[end]!) {
      const worth = best[repeat.start]! + repeat.period * (repeat.count - 1) - costOfRepeat;
      if (worth <= best[end]!) continue;
      best[end] = worth;
      chosen[end] = repeat;
    }
  }
  const taken: Repeat[] = [];
  for (let end = length; end > 0;) {
    const repeat = chosen[end];
    if (repeat) taken.push(repeat);
    end = repeat ? repeat.start : end - 1;
  }
  return taken.reverse();
}
