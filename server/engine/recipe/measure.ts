/** Runs a model over a data set and feeds a metric with what comes out. */

import { CarriedState } from '../data/carry.ts';
import type { Dataset } from '../data/dataset.ts';
import { argMax, isScoreVector } from '../data/metrics/outputs.ts';
import type { Metric, MetricResult, Outputs } from '../data/metrics/metric.ts';
import { throwIfCancelled } from '../errors.ts';
import type { Session } from '../runtime/runtime.ts';
import { tensorValueFloats } from '../tensor/tensor-value.ts';

/** Outputs of the original, by sample: what metrics without labels compare with. */
export interface Reference {
  of(index: number, feeds: Outputs): Promise<Outputs>;
}

/** What a classifier answered for a sample. */
export interface Answer {
  /** Index of the largest score; -1 where the outputs are no scores. */
  readonly classIndex: number;
  readonly score: number;
}

export interface Measured {
  readonly result: MetricResult;
  readonly answers: readonly Answer[];
}

export interface MeasureOptions {
  readonly session: Session;
  readonly dataset: Dataset;
  readonly metric: Metric;
  readonly reference?: Reference | undefined;
  /** Sees the outputs of each sample. */
  readonly onOutputs?: (index: number, outputs: Outputs) => void;
  readonly progress: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export async function measureModel(options: MeasureOptions): Promise<Measured> {
  const { session, dataset, metric, reference, onOutputs, progress, signal } = options;
  const run = metric.run();
  const state = new CarriedState(dataset);
  const answers: Answer[] = [];
  for await (const sample of dataset.samples(signal ? { signal } : {})) {
    throwIfCancelled(signal);
    const index = answers.length;
    const outputs = await session.run(state.feedsFor(sample), undefined, signal);
    state.keep(outputs);
    if (metric.needs === 'labels') run.add(sample, outputs);
    // The original compares with itself.
    else run.add(sample, outputs, await reference?.of(index, sample.feeds) ?? outputs);
    onOutputs?.(index, outputs);
    answers.push(answerOf(outputs));
    progress(index + 1, dataset.size);
  }
  return { result: run.result(), answers };
}

const noAnswer: Answer = { classIndex: -1, score: NaN };

/** The class and score of a classifier with one output of scores. */
function answerOf(outputs: Outputs): Answer {
  const scores = Object.values(outputs).find((value) => value.dtype.includes('float') && isScoreVector(value));
  if (!scores || scores.data.length < 2) return noAnswer;
  const values = tensorValueFloats(scores);
  const classIndex = argMax(values);
  return { classIndex, score: values[classIndex]! };
}
