/** Latencies of a run's models, all on the same feeds. */

import { openDataset } from '../data/open-dataset.ts';
import type { DataSets } from '../data/open-data-sets.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import { measureLatency, type LatencyResult } from '../runtime/latency.ts';
import type { ModelSource } from '../runtime/runtime.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { modelInputs } from './open-data.ts';
import type { RunEnvironment } from './run-environment.ts';

export interface RunLatencyOptions {
  /** Whose inputs are fed. */
  readonly original: Model;
  readonly data: DataSets;
  readonly threads: number;
  readonly seed: number;
  readonly tempDir: string;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

export function latencyOptions({ original, data, options, tempDir }: RunEnvironment): RunLatencyOptions {
  const { threads, seed, progress, signal } = options;
  return { original, data, threads, seed, tempDir, progress, signal };
}

/** Time for a comparison whose figures are shown, and for one that only decides which candidate is tried. */
const reportedSeconds = 6;
const decidingSeconds = 3;

/** Medians in milliseconds, one for each model, from one interleaved measurement. */
export async function measureMedians(models: readonly Model[], options: RunLatencyOptions): Promise<number[]> {
  const { runs } = await measure(models, decidingSeconds, options);
  return runs.map(({ latencyMs }) => latencyMs.median);
}

/** The original and the result against each other. */
export function compareLatency(
  original: ModelSource,
  result: ModelSource,
  options: RunLatencyOptions,
): Promise<LatencyResult> {
  return measure([original, result], reportedSeconds, options);
}

async function measure(
  models: readonly ModelSource[],
  maxSeconds: number,
  options: RunLatencyOptions,
): Promise<LatencyResult> {
  const { threads, seed, tempDir, progress, signal } = options;
  const feeds = await feedsFor(options);
  const timed = models.map((source, i) => ({ label: String(i), source, feeds }));
  const report = (share: number): void => progress('Measuring latency', Math.round(share * 100), 100);
  return measureLatency(timed, { threads, seed, tempDir, maxSeconds }, report, signal);
}

/** A sample of the data, or random numbers where there are no data. */
async function feedsFor({ original, data, seed }: RunLatencyOptions): Promise<Feeds> {
  const dataset = data.evaluation ?? data.calibration
    ?? await openDataset({ random: 1 }, modelInputs(original), { baseDir: '.', seed });
  return (await dataset.at(0)).feeds;
}
