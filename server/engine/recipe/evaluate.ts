/** Measures one model on data, or compares it with another. */

import type { MetricFigure } from '../../../protocol/results/run.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import { Evaluator } from './evaluator.ts';
import { modelInputs } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface EvaluateOptions {
  readonly model: Model;
  /** What metrics without labels compare with; the model itself unless told. */
  readonly reference?: Model;
  readonly sources: DataSources;
  /** The most samples to measure on. */
  readonly limit?: number;
  readonly baseDir: string;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface EvaluateResult {
  readonly metric: MetricFigure;
  readonly ci95: readonly [number, number];
  /** Against the reference; positive is a loss. */
  readonly drop?: { readonly value: number; readonly ci95: readonly [number, number] };
  readonly durationMs: number;
}

/** Throws `DATA` without evaluation data, and what the data, the metric and the runtime throw. */
export async function evaluateModel(options: EvaluateOptions): Promise<EvaluateResult> {
  const { model, reference, sources, limit, baseDir, seed, signal } = options;
  const started = performance.now();
  const given = sources.evaluation ?? sources.calibration;
  if (!given) throw new LatheError('DATA', 'There are no data to evaluate on.');
  const source = limit === undefined ? given : { ...given, limit };
  return withPool(options, async (pool) => {
    const evaluator = await Evaluator.open({
      dataset: await openDataset(source, modelInputs(model), { baseDir, seed, ...(signal && { signal }) }),
      source,
      baseDir,
      original: reference ?? model,
      runtime: pool.get,
      threads: options.threads,
      seed,
      progress: options.progress,
      ...(signal && { signal }),
    });
    const evaluation = reference && await evaluator.evaluate(model);
    const metric = evaluation?.figure ?? await evaluator.baseline();
    return {
      metric,
      ci95: metric.ci95 ?? [metric.value, metric.value],
      ...(evaluation && { drop: { value: evaluation.verdict.drop, ci95: evaluation.verdict.dropCi95 } }),
      durationMs: performance.now() - started,
    };
  });
}
