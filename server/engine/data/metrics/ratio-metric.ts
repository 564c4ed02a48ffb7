/** Metrics that are a ratio of two sums over the samples, possibly rescaled: means, rates, perplexity, decibels. */

import { LatheError } from '../../errors.ts';
import type { Sample } from '../dataset.ts';
import { bootstrapInterval, wilsonInterval } from './intervals.ts';
import type { MetricName } from './metric-schema.ts';
import type { Metric, MetricNeeds, MetricResult, MetricUnit, Outputs } from './metric.ts';

/** What a sample adds to the two sums. */
export type Part = readonly [numerator: number, denominator: number];

export interface RatioDefinition {
  readonly name: MetricName;
  readonly higherIsBetter: boolean;
  readonly unit: MetricUnit;
  readonly needs: MetricNeeds;
  /** `reference` is there when `needs` says so. */
  readonly measure: (sample: Sample, outputs: Outputs, reference: Outputs) => Part;
  /** The metric, from the two sums; by default their ratio. */
  readonly figure?: (numerator: number, denominator: number) => number;
}

const ratio = (numerator: number, denominator: number): number => numerator / denominator;

export function ratioMetric(definition: RatioDefinition, seed: number): Metric {
  const { name, higherIsBetter, unit, needs, measure, figure = ratio } = definition;
  return {
    name,
    higherIsBetter,
    unit,
    needs,
    run: () => {
      const ids: string[] = [];
      const classes: number[] = [];
      const numerators: number[] = [];
      const denominators: number[] = [];
      return {
        add(sample, outputs, reference) {
          if (needs === 'reference' && !reference) {
            throw new LatheError('INTERNAL', `The metric "${name}" got no reference outputs.`);
          }
          const [numerator, denominator] = measure(sample, outputs, reference ?? {});
          numerators.push(numerator);
          denominators.push(denominator);
          ids.push(sample.id);
          classes.push(typeof sample.label === 'number' ? sample.label : -1);
        },
        result: () => {
          if (ids.length === 0) throw nothingMeasured(name);
          return ratioResult(definition, figure, { ids, classes, numerators, denominators }, seed);
        },
      };
    },
  };
}

export function nothingMeasured(name: MetricName): LatheError {
  return new LatheError('DATA', `There was no sample to measure "${name}" on.`, { fix: 'Give more data.' });
}

interface Sums {
  readonly ids: readonly string[];
  readonly classes: readonly number[];
  readonly numerators: readonly number[];
  readonly denominators: readonly number[];
}

function ratioResult(
  { name, higherIsBetter, unit }: RatioDefinition,
  figure: (numerator: number, denominator: number) => number,
  { ids, classes, numerators, denominators }: Sums,
  seed: number,
): MetricResult {
  const size = ids.length;
  const tops = Float64Array.from(numerators);
  const bottoms = Float64Array.from(denominators);
  const resample = (counts: ArrayLike<number>): number => {
    let top = 0;
    let bottom = 0;
    for (let i = 0; i < size; i++) {
      const count = counts[i]!;
      if (count === 0) continue;
      top += count * tops[i]!;
      bottom += count * bottoms[i]!;
    }
    return figure(top, bottom);
  };
  const rightOrWrong = figure === ratio
    && bottoms.every((bottom) => bottom === 1) && tops.every((top) => top === 0 || top === 1);
  const right = tops.reduce((sum, top) => sum + top, 0);
  const value = resample(new Uint8Array(size).fill(1));
  return {
    name,
    value,
    samples: size,
    ci95: rightOrWrong ? wilsonInterval(right, size) : bootstrapInterval(value, size, resample, size, seed),
    higherIsBetter,
    unit,
    rightOrWrong,
    perSample: tops.map((top, i) => figure(top, bottoms[i]!)),
    sampleIds: [...ids],
    classes: Int32Array.from(classes),
    resample,
    resampleCost: size,
  };
}
