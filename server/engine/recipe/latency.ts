/** Latencies of models on one set of feeds, in one interleaved run. */

import type { DataSets } from '../data/open-data-sets.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import type { ModelSource, Runtime } from '../runtime/runtime.ts';
import type { Feeds } from '../tensor/tensor-value.ts';

export interface LatencyOptions {
  readonly runtime: () => Promise<Runtime>;
  readonly data: DataSets;
  readonly threads: number;
  readonly signal?: AbortSignal | undefined;
}

export interface LatencyRun {
  readonly median: number;
  readonly p95: number;
  readonly samplesMs: readonly number[];
}

export interface LatencyComparison {
  readonly runs: readonly [LatencyRun, LatencyRun];
  readonly ratio: { readonly median: number; readonly ci95: readonly [number, number] };
}

/** Medians in milliseconds, one for each model. */
export async function measureMedians(models: readonly Model[], options: LatencyOptions): Promise<number[]> {
  const runs = await measure(models, options);
  return runs.map(({ median }) => median);
}

export async function compareLatency(
  a: ModelSource,
  b: ModelSource,
  options: LatencyOptions,
): Promise<LatencyComparison> {
  const [first, second] = await measure([a, b], options);
  const ratio = first!.median / second!.median;
  return { runs: [first!, second!], ratio: { median: ratio, ci95: [ratio, ratio] } };
}

async function measure(models: readonly ModelSource[], options: LatencyOptions): Promise<LatencyRun[]> {
  const runtime = await options.runtime();
  const feeds = await feedsOf(options.data);
  const sessions = [];
  for (const model of models) {
    sessions.push(await runtime.load(model, { threads: options.threads }, options.signal));
  }
  const samples = models.map((): number[] => []);
  for (let round = -3; round < 30; round++) {
    for (const [i, session] of sessions.entries()) {
      const start = performance.now();
      await session.run(feeds, undefined, options.signal);
      if (round >= 0) samples[i]!.push(performance.now() - start);
    }
  }
  for (const session of sessions) await session.release();
  return samples.map((samplesMs) => {
    const sorted = [...samplesMs].sort((x, y) => x - y);
    return { median: sorted[15]!, p95: sorted[28]!, samplesMs };
  });
}

async function feedsOf({ evaluation, calibration }: DataSets): Promise<Feeds> {
  const dataset = evaluation ?? calibration;
  if (!dataset) throw new LatheError('DATA', 'There are no data to run the model on.');
  return (await dataset.at(0)).feeds;
}
