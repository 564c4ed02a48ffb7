/** Measures models on the evaluation data, and compares each with the original sample by sample. */

import type { MetricFigure } from '../../../protocol/results/run.ts';
import type { Changes } from '../../../protocol/results/comparison.ts';
import type { Dataset } from '../data/dataset.ts';
import { metricFor, type ModelOutput } from '../data/metrics/choose-metric.ts';
import { comparePaired } from '../data/metrics/compare-paired.ts';
import type { Metric, MetricResult, Outputs } from '../data/metrics/metric.ts';
import type { DataSource } from '../data/source-schema.ts';
import type { Model } from '../model/model.ts';
import { tensorType } from '../model/types.ts';
import type { ProgressListener, Verdict } from '../passes/pass.ts';
import type { ModelSource, Runtime } from '../runtime/runtime.ts';
import { changesBetween } from './changes.ts';
import { equalDb } from './default-goal.ts';
import { measureModel, type Measured } from './measure.ts';

export interface EvaluatorOptions {
  readonly dataset: Dataset;
  /** What `dataset` was opened from: it has the metric and its options. */
  readonly source: DataSource;
  /** Where the source's paths start. */
  readonly baseDir: string;
  readonly original: Model;
  readonly runtime: () => Promise<Runtime>;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** One model's result, and how it compares with the original's. */
export interface Evaluation {
  readonly figure: MetricFigure;
  readonly verdict: Verdict;
}

/** Outputs of the original are kept for metrics that compare with them, up to this; beyond, it runs again each time. */
const keptReferenceBytes = 100_000_000;

export class Evaluator {
  private readonly options: EvaluatorOptions;
  private readonly metric: Metric;
  private readonly done = new WeakMap<Model, Promise<Measured>>();
  private original: Promise<Measured> | undefined;
  private readonly references: (Outputs | undefined)[] = [];
  private referenceBytes = 0;

  private constructor(options: EvaluatorOptions, metric: Metric) {
    this.options = options;
    this.metric = metric;
  }

  /** Throws `DATA` when the data lack what the metric needs. */
  static async open(options: EvaluatorOptions): Promise<Evaluator> {
    const { source, dataset, original, baseDir, seed } = options;
    return new Evaluator(options, await metricFor(source, dataset, modelOutputs(original), { baseDir, seed }));
  }

  get higherIsBetter(): boolean {
    return this.metric.higherIsBetter;
  }

  /** The original's figure; measured once. */
  async baseline(): Promise<MetricFigure> {
    return this.figure((await this.measureOriginal()).result);
  }

  async evaluate(model: Model): Promise<Evaluation> {
    const before = (await this.measureOriginal()).result;
    const after = (await this.measured(model)).result;
    if (before.value === Infinity) return { figure: this.figure(after), verdict: distance(after) };
    const { difference, ci95: [low, high] } = comparePaired(before, after, this.options.seed);
    const sign = this.metric.higherIsBetter ? -1 : 1;
    // Not -0, which would be shown with its sign.
    const drop = difference === 0 ? 0 : difference * sign;
    const dropCi95 = sign < 0 ? [0 - high, 0 - low] as const : [low, high] as const;
    return {
      figure: this.figure(after),
      verdict: { metric: after.name, value: after.value, samples: after.samples, drop, dropCi95 },
    };
  }

  /** What changed from the original to a model, by class and by sample. */
  async changes(model: Model): Promise<Changes> {
    const before = await this.measureOriginal();
    const after = await this.measured(model);
    return changesBetween(before, after, this.options.dataset, this.options.source, this.options.baseDir);
  }

  private measureOriginal(): Promise<Measured> {
    this.original ??= this.measure(this.options.original, 'Measuring the original', (index, outputs) => {
      if (this.metric.needs === 'reference') this.keepReference(index, outputs);
    });
    return this.original;
  }

  /** Each model is measured once. */
  private measured(model: Model): Promise<Measured> {
    const known = this.done.get(model) ?? this.measure(model, 'Measuring the result');
    this.done.set(model, known);
    return known;
  }

  private async measure(
    model: ModelSource,
    phase: string,
    onOutputs?: (index: number, outputs: Outputs) => void,
  ): Promise<Measured> {
    const { dataset, runtime, threads, progress, signal } = this.options;
    const { metric } = this;
    const live = await runtime();
    const session = await live.load(model, { threads }, signal);
    const isOriginal = onOutputs !== undefined;
    const missing = metric.needs === 'reference' && !isOriginal && this.references.some((kept) => !kept);
    const second = missing ? await live.load(this.options.original, { threads }, signal) : undefined;
    try {
      return await measureModel({
        session,
        dataset,
        metric,
        ...(onOutputs && { onOutputs }),
        ...(!isOriginal && {
          reference: { of: async (index, feeds) => this.references[index] ?? second!.run(feeds, undefined, signal) },
        }),
        progress: (done, total) => progress(phase, done, total),
        signal,
      });
    } finally {
      await session.release();
      await second?.release();
    }
  }

  private keepReference(index: number, outputs: Outputs): void {
    const bytes = Object.values(outputs).reduce((sum, { data }) => sum + data.length * 4, 0);
    const fits = this.referenceBytes + bytes <= keptReferenceBytes;
    this.references[index] = fits ? outputs : undefined;
    if (fits) this.referenceBytes += bytes;
  }

  private figure({ name, value, samples, ci95 }: MetricResult): MetricFigure {
    return { name, value, samples, ci95, synthetic: this.options.dataset.synthetic };
  }
}

/** What metrics are chosen by. */
export function modelOutputs(model: Model): ModelOutput[] {
  return model.graph.outputs.flatMap((info) => {
    const type = tensorType(info);
    return type ? [{ name: info.name, dtype: type.dtype, shape: type.shape }] : [];
  });
}

/** Of a metric on which the original is infinitely good: how far below "as good as equal" the result is. */
function distance({ name, value, samples, ci95: [low, high] }: MetricResult): Verdict {
  const below = (db: number): number => Math.max(0, equalDb - db);
  return { metric: name, value, samples, drop: below(value), dropCi95: [below(high), below(low)] };
}
