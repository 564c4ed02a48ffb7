/** What a metric is: fed sample by sample, it ends in a figure with its uncertainty and every sample's part in it. */

import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { Sample } from '../dataset.ts';
import type { MetricName } from './metric-schema.ts';

/** `fraction`: a share from 0 to 1; `dB`: decibels; `plain`: a number of its own. */
export type MetricUnit = 'fraction' | 'dB' | 'plain';

/** What a sample must have: a label; the original model's outputs as `reference`. */
export type MetricNeeds = 'labels' | 'reference';

/** Outputs of one sample by name, with a batch axis of 1 where the model has one. */
export type Outputs = Readonly<Record<string, TensorValue>>;

export interface Metric {
  readonly name: MetricName;
  readonly higherIsBetter: boolean;
  readonly unit: MetricUnit;
  readonly needs: MetricNeeds;
  /** Starts measuring one model. */
  run(): MetricRun;
}

export interface MetricRun {
  /**
   * @param reference outputs of the original for the same sample, where the metric needs them
   * @throws LatheError `DATA` when the label or the outputs are not what the metric measures
   */
  add(sample: Sample, outputs: Outputs, reference?: Outputs): void;
  /** @throws LatheError `DATA` when nothing was added */
  result(): MetricResult;
}

export interface MetricResult {
  readonly name: MetricName;
  readonly value: number;
  readonly samples: number;
  /**
   * 95 % confidence interval for other samples of the same kind: Wilson's score interval where each sample is right or
   * wrong, else a seeded bootstrap.
   */
  readonly ci95: readonly [number, number];
  readonly higherIsBetter: boolean;
  readonly unit: MetricUnit;
  /** Each sample is right (1) or wrong (0), and the value is the mean. */
  readonly rightOrWrong: boolean;
  /** The metric of each sample alone; NaN where a single sample has none. */
  readonly perSample: Float64Array;
  readonly sampleIds: readonly string[];
  /** The class that each sample is labelled with; -1 without one. */
  readonly classes: Int32Array;
  /** The metric when sample i counts `counts[i]` times: what bootstrap and reports by class ask. */
  readonly resample: (counts: ArrayLike<number>) => number;
  /** Steps of work of one `resample`: bounds how often it is asked. */
  readonly resampleCost: number;
}

/** The metric of each class that samples are labelled with, in the order of the classes. */
export function byClass(result: MetricResult): { classIndex: number; samples: number; value: number }[] {
  const present = [...new Set(result.classes)].filter((index) => index >= 0).sort((a, b) => a - b);
  return present.map((classIndex) => {
    const counts = result.classes.map((index) => (index === classIndex ? 1 : 0));
    return { classIndex, samples: counts.reduce((sum, one) => sum + one, 0), value: result.resample(counts) };
  });
}
