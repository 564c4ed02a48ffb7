/** Measures models on the evaluation data, and compares each with the original sample by sample. */

import type { Dataset } from '../data/dataset.ts';
import type { DataSource } from '../data/source-schema.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener, Verdict } from '../passes/pass.ts';
import type { ModelSource, Runtime } from '../runtime/runtime.ts';
import type { ClassChange, SampleChange } from './report/content.ts';
import type { MetricFigure } from './result.ts';

export interface EvaluatorOptions {
  readonly dataset: Dataset;
  /** What `dataset` was opened from: it has the metric and its options. */
  readonly source: DataSource;
  readonly original: Model;
  readonly runtime: () => Promise<Runtime>;
  readonly threads: number;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** One model's result, and how it compares with the original's. */
export interface Evaluation {
  readonly figure: MetricFigure;
  readonly verdict: Verdict;
}

/** What changed from the original to a model, by class and by sample. */
export interface Changes {
  readonly classes: readonly ClassChange[];
  readonly worse: readonly SampleChange[];
  readonly changed?: { readonly worse: number; readonly better: number };
}

export class Evaluator {
  private readonly options: EvaluatorOptions;
  private readonly done = new WeakMap<Model, Promise<Evaluation>>();
  private original: Promise<number[]> | undefined;

  constructor(options: EvaluatorOptions) {
    this.options = options;
  }

  /** The original's figure; measured once. */
  async baseline(): Promise<MetricFigure> {
    this.original ??= this.answers(this.options.original, 'Measuring the original');
    const answers = await this.original;
    return this.figure(this.scores(answers, answers));
  }

  /** Measured once for each model. */
  evaluate(model: Model): Promise<Evaluation> {
    const known = this.done.get(model) ?? this.measure(model);
    this.done.set(model, known);
    return known;
  }

  async changes(model: Model): Promise<Changes> {
    await this.evaluate(model);
    return { classes: [], worse: [] };
  }

  private async measure(model: Model): Promise<Evaluation> {
    const { value } = await this.baseline();
    const figure = this.figure(this.scores(await this.answers(model, 'Measuring the result'), await this.original!));
    const drop = value - figure.value;
    return {
      figure,
      verdict: { metric: figure.name, value: figure.value, samples: figure.samples, drop, dropCi95: [drop, drop] },
    };
  }

  private scores(answers: readonly number[], original: readonly number[]): number[] {
    const { dataset } = this.options;
    return answers.map((answer, i) => Number(answer === (dataset.labelled ? dataset.label(i) : original[i])));
  }

  private figure(scores: readonly number[]): MetricFigure {
    const { dataset } = this.options;
    const value = scores.reduce((a, b) => a + b, 0) / scores.length;
    const name = dataset.labelled ? 'top1' : 'agreement';
    return { name, value, samples: scores.length, synthetic: dataset.synthetic };
  }

  /** The largest output of each sample. */
  private async answers(model: ModelSource, phase: string): Promise<number[]> {
    const { dataset, runtime, threads, progress, signal } = this.options;
    const session = await (await runtime()).load(model, { threads }, signal);
    const answers: number[] = [];
    for await (const { feeds } of dataset.samples(signal ? { signal } : {})) {
      const [output] = Object.values(await session.run(feeds, undefined, signal));
      const data = output!.data as Float32Array;
      answers.push(data.indexOf(data.reduce((a, b) => Math.max(a, b), -Infinity)));
      progress(phase, answers.length, dataset.size);
    }
    await session.release();
    return answers;
  }
}
