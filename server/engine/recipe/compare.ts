/** What changed from one model to another: nothing is assumed of how the second was made. */

import type { ComparedModel, Comparison } from '../../../protocol/results/comparison.ts';
import { statSync } from 'node:fs';
import { summarize } from '../analysis/cost.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { DataSources } from '../data/source-schema.ts';
import { isCancelled, messageOf } from '../errors.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import type { LatencyResult, LatencyRun } from '../runtime/latency.ts';
import { Evaluator } from './evaluator.ts';
import { externalBytes } from './inspect.ts';
import { compareLatency } from './latency.ts';
import { layerChanges } from './layer-results.ts';
import { withNodeNames } from './node-names.ts';
import { modelInputs } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface CompareOptions {
  readonly a: string;
  readonly b: string;
  readonly sources: DataSources;
  /** The most samples to measure on. */
  readonly limit?: number;
  readonly baseDir: string;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

export async function compareModels(options: CompareOptions): Promise<Comparison> {
  const { sources, limit, baseDir, threads, seed, progress, signal } = options;
  const started = performance.now();
  const first = withNodeNames(readModel(options.a));
  const second = withNodeNames(readModel(options.b));
  const given = sources.evaluation ?? sources.calibration ?? { random: true };
  const source = limit === undefined ? given : { ...given, limit };
  const dataset = await openDataset(source, modelInputs(first), { baseDir, seed, ...(signal && { signal }) });
  const notes = [...dataset.notes];
  return withPool(options, async (pool, tempDir) => {
    const evaluator = await Evaluator.open({
      dataset,
      source,
      baseDir,
      original: first,
      runtime: pool.get,
      threads,
      seed,
      progress,
      ...(signal && { signal }),
    });
    const before = await evaluator.baseline();
    const { figure, verdict } = await evaluator.evaluate(second);
    const changes = await evaluator.changes(second);
    const sets = { evaluation: dataset, notes: [] };
    const timing = { original: first, data: sets, runtime: pool.get, threads, seed, tempDir, progress, signal };
    const latency = await compareLatency(options.a, options.b, timing).catch((error: unknown): undefined => {
      if (isCancelled(error)) throw error;
      notes.push(`The latency could not be measured: ${messageOf(error)}`);
    });
    const [timedFirst, timedSecond] = latencyOf(latency);
    const a = compared(options.a, first, timedFirst);
    const b = compared(options.b, second, timedSecond);
    const sign = evaluator.higherIsBetter ? -1 : 1;
    const [low, high] = verdict.dropCi95;
    return {
      a,
      b,
      sizeRatio: a.sizeBytes / b.sizeBytes,
      latencyRatio: latency?.ratios[0]?.latency ?? null,
      metric: {
        name: figure.name,
        a: before.value,
        b: figure.value,
        samples: figure.samples,
        difference: verdict.drop * sign,
        ci95: sign < 0 ? [0 - high, 0 - low] : [low, high],
        synthetic: figure.synthetic,
      },
      layers: layerChanges(first, second),
      ...changes,
      notes,
      durationMs: performance.now() - started,
    };
  });
}

function latencyOf(latency: LatencyResult | undefined): readonly (LatencyRun | undefined)[] {
  return latency?.runs ?? [];
}

function compared(path: string, model: Model, timed: LatencyRun | undefined): ComparedModel {
  return {
    path,
    sizeBytes: statSync(path).size + externalBytes(model),
    parameters: summarize(model).parameters,
    latencyMs: timed ? { median: timed.latencyMs.median, p95: timed.latencyMs.p95 } : null,
  };
}
