/**
 * Confidence intervals of medians by the bootstrap (percentile method, Efron and Tibshirani 1993, chapter 13) over
 * measuring rounds. What is drawn again is blocks of neighbouring rounds (circular block bootstrap, Politis and Romano
 * 1992): whatever disturbs a machine lasts for longer than one of them.
 */

import type { Random } from '../util/random.ts';
import { median, quantile } from './statistics.ts';

const resamples = 1000;
/** Rounds of a block. With independent draws 95 % intervals held on a busy machine in 80 % of cases, so in 93 %. */
const blockLength = 5;

export type Interval = readonly [low: number, high: number];

/** 95 % interval of the median of `rounds`, in order of measurement. */
export function medianInterval(rounds: Float64Array, random: Random): Interval {
  return interval(rounds.length, random, (drawn) => median(pick(rounds, drawn)));
}

/** 95 % interval of the ratio of the medians of `a` and `b`, which were measured in the same rounds. */
export function ratioInterval(a: Float64Array, b: Float64Array, random: Random): Interval {
  return interval(a.length, random, (drawn) => median(pick(a, drawn)) / median(pick(b, drawn)));
}

function interval(count: number, random: Random, statistic: (drawn: Uint32Array) => number): Interval {
  const drawn = new Uint32Array(count);
  const values = new Float64Array(resamples);
  // Blocks need some rounds to choose from.
  const length = Math.max(1, Math.min(blockLength, Math.floor(count / blockLength)));
  for (let i = 0; i < resamples; i++) {
    for (let at = 0; at < count; at += length) {
      const start = random.below(count);
      for (let k = at; k < Math.min(at + length, count); k++) drawn[k] = (start + k - at) % count;
    }
    values[i] = statistic(drawn);
  }
  return [quantile(values, 0.025), quantile(values, 0.975)];
}

function pick(values: Float64Array, indices: Uint32Array): Float64Array {
  const picked = new Float64Array(indices.length);
  for (let i = 0; i < picked.length; i++) picked[i] = values[indices[i]!]!;
  return picked;
}
