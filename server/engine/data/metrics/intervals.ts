/** Confidence intervals and tests for shares and for figures of any kind. */

import { Random } from '../../util/random.ts';

export type Interval = readonly [low: number, high: number];

/** The standard normal quantile of a two-sided 95 % interval. */
const z = 1.959963984540054;

/** Wilson's score interval of a share (Wilson 1927): `right` of `total`. */
export function wilsonInterval(right: number, total: number): Interval {
  if (total === 0) return [0, 1];
  const share = right / total;
  const denominator = 1 + (z * z) / total;
  const center = (share + (z * z) / (2 * total)) / denominator;
  const half = (z * Math.sqrt((share * (1 - share)) / total + (z * z) / (4 * total * total))) / denominator;
  // Rounding must not keep 0 or 1 out of the interval of a share that is 0 or 1.
  return [right === 0 ? 0 : Math.max(0, center - half), right === total ? 1 : Math.min(1, center + half)];
}

/** How the two outcomes of the same samples fall. */
export interface PairedCounts {
  readonly bothRight: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neitherRight: number;
}

/**
 * The difference of two shares of the same samples, second minus first: the hybrid score interval with a continuity
 * correction of the correlation (Newcombe 1998, "Improved confidence intervals for the difference between binomial
 * proportions based on paired data", method 10).
 */
export function pairedShareInterval(counts: PairedCounts): Interval {
  const { bothRight: a, onlySecond: b, onlyFirst: c, neitherRight: d } = counts;
  const total = a + b + c + d;
  const second = (a + b) / total;
  const first = (a + c) / total;
  const [secondLow, secondHigh] = wilsonInterval(a + b, total);
  const [firstLow, firstHigh] = wilsonInterval(a + c, total);
  const product = (a + b) * (c + d) * (a + c) * (b + d);
  const determinant = a * d - b * c;
  const corrected = determinant > 0 ? Math.max(0, determinant - total / 2) : determinant;
  const correlation = product === 0 ? 0 : corrected / Math.sqrt(product);
  const spread = (x: number, y: number): number => Math.sqrt(Math.max(0, x * x - 2 * correlation * x * y + y * y));
  const difference = second - first;
  return [
    Math.max(-1, difference - spread(second - secondLow, firstHigh - first)),
    Math.min(1, difference + spread(secondHigh - second, first - firstLow)),
  ];
}

/** The exact two-sided test of McNemar: could as many changes one way and the other come from a fair coin? */
export function mcNemarExact(onlyFirst: number, onlySecond: number): number {
  const changes = onlyFirst + onlySecond;
  if (changes === 0) return 1;
  const fewer = Math.min(onlyFirst, onlySecond);
  let logChoose = 0;
  let sum = 0;
  for (let k = 0; k <= fewer; k++) {
    if (k > 0) logChoose += Math.log(changes - k + 1) - Math.log(k);
    sum += Math.exp(logChoose - changes * Math.LN2);
  }
  return Math.min(1, 2 * sum);
}

const mostResamples = 1000;
const fewestResamples = 200;
const stepsAllowed = 1e8;

/**
 * Bias-corrected bootstrap (Efron 1981): the middle 95 % of a figure over samples drawn with replacement, moved as far
 * as the figure itself is from the middle of them. Figures that are not numbers are left out.
 *
 * @param value the figure of the samples as they are
 * @param size number of samples
 * @param cost steps of work of one `figure`; dear ones are asked less often, but at least 200 times
 */
export function bootstrapInterval(
  value: number,
  size: number,
  figure: (counts: Uint32Array) => number,
  cost: number,
  seed: number,
): Interval {
  const random = new Random(seed, size);
  const counts = new Uint32Array(size);
  const rounds = Math.max(fewestResamples, Math.min(mostResamples, Math.floor(stepsAllowed / Math.max(1, cost))));
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    counts.fill(0);
    for (let i = 0; i < size; i++) {
      const drawn = random.below(size);
      counts[drawn] = counts[drawn]! + 1;
    }
    const drawnFigure = figure(counts);
    if (!Number.isNaN(drawnFigure)) figures.push(drawnFigure);
  }
  figures.sort((a, b) => a - b);
  if (figures.length === 0) return [NaN, NaN];
  const below = figures.filter((one) => one < value).length;
  const equal = figures.filter((one) => one === value).length;
  const share = (below + equal / 2) / figures.length;
  const edge = 0.5 / figures.length;
  const bias = normalQuantile(Math.min(1 - edge, Math.max(edge, share)));
  return [quantile(figures, normalShare(2 * bias - z)), quantile(figures, normalShare(2 * bias + z))];
}

/** The share of a standard normal distribution below `x` (Abramowitz and Stegun 7.1.26: to 1.5e-7). */
function normalShare(x: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2);
  const series = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const tail = (series * Math.exp((-x * x) / 2)) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** The inverse of `normalShare`, by halving. */
function normalQuantile(share: number): number {
  let low = -8;
  let high = 8;
  for (let step = 0; step < 50; step++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Linear between the two nearest of the sorted values; infinite ones are not mixed. */
function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  const high = sorted[Math.ceil(at)]!;
  const rest = at - Math.floor(at);
  return rest === 0 || low === high ? low : low + (high - low) * rest;
}
