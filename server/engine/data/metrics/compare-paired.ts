/** What changed between two models that were measured on the same samples. */

import { LatheError } from '../../errors.ts';
import { bootstrapInterval, mcNemarExact, pairedShareInterval, type Interval } from './intervals.ts';
import type { MetricResult } from './metric.ts';

export interface PairedComparison {
  /** Second minus first, in the unit of the metric. */
  readonly difference: number;
  /** 95 % confidence interval of the difference. */
  readonly ci95: Interval;
  /** Could chance alone have made such a difference? Exact McNemar test; only where each sample is right or wrong. */
  readonly pValue?: number;
  readonly samples: number;
  /** Samples that the second model does better, worse and equally well. */
  readonly better: number;
  readonly worse: number;
  readonly equal: number;
  readonly method: 'newcombe' | 'bootstrap';
}

/**
 * @throws LatheError `INTERNAL` when the two results are not of the same metric on the same samples
 */
export function comparePaired(first: MetricResult, second: MetricResult, seed = 0): PairedComparison {
  const size = first.samples;
  if (first.name !== second.name || size !== second.samples
    || first.sampleIds.some((id, i) => id !== second.sampleIds[i])) {
    throw new LatheError('INTERNAL', `Two results of "${first.name}" are not of the same samples.`);
  }
  const sign = first.higherIsBetter ? 1 : -1;
  let better = 0;
  let worse = 0;
  for (let i = 0; i < size; i++) {
    const a = first.perSample[i]! * sign;
    const b = second.perSample[i]! * sign;
    if (b > a) better += 1;
    else if (b < a) worse += 1;
  }
  const counts = { samples: size, better, worse, equal: size - better - worse };
  // Two perfect results of decibels are infinite, and no different.
  const between = (a: number, b: number): number => (a === b ? 0 : b - a);
  const difference = between(first.value, second.value);
  if (first.rightOrWrong && second.rightOrWrong) {
    let bothRight = 0;
    for (let i = 0; i < size; i++) if (first.perSample[i] === 1 && second.perSample[i] === 1) bothRight += 1;
    const ci95 = pairedShareInterval({
      bothRight, onlyFirst: worse, onlySecond: better, neitherRight: size - bothRight - worse - better,
    });
    return { difference, ci95, pValue: mcNemarExact(worse, better), ...counts, method: 'newcombe' };
  }
  const figure = (drawn: Uint32Array): number => between(first.resample(drawn), second.resample(drawn));
  const cost = first.resampleCost + second.resampleCost;
  return { difference, ci95: bootstrapInterval(difference, size, figure, cost, seed), ...counts, method: 'bootstrap' };
}
