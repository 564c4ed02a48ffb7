/** Latencies of a run's models, all on the same feeds. */

import { openDataset } from '../data/open-dataset.ts';
import type { DataSets } from '../data/open-data-sets.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import { measureLatency, type LatencyResult } from '../runtime/latency.ts';
import type { ModelSource, Runtime, Session } from '../runtime/runtime.ts';
import { median } from '../runtime/statistics.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { modelInputs } from './open-data.ts';
import type { RunEnvironment } from './run-environment.ts';

export interface RunLatencyOptions {
  /** Whose inputs are fed. */
  readonly original: Model;
  readonly data: DataSets;
  readonly runtime: () => Promise<Runtime>;
  readonly threads: number;
  readonly seed: number;
  readonly tempDir: string;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal | undefined;
}

export function latencyOptions({ original, data, options, tempDir, runtime }: RunEnvironment): RunLatencyOptions {
  const { threads, seed, progress, signal } = options;
  return { original, data, runtime, threads, seed, tempDir, progress, signal };
}

/** Time for a comparison whose figures are shown, and for one that only decides between candidates. */
const reportedSeconds = 6;
const decidingSeconds = 3;

/** A round is about this long for each model, so that its fastest run is an undisturbed one. */
const roundMs = 15;
const mostRuns = 50;
const warmUps = 3;
const fewestRounds = 5;
const mostRounds = 40;

/**
 * Milliseconds of each model, undisturbed: in rounds in which all take turns, the fastest run of each round counts, and
 * the median of those is given. All run in one process, since a decision between candidates needs no memory figures
 * and a process for each would take much of it.
 */
export async function measureMedians(models: readonly Model[], options: RunLatencyOptions): Promise<number[]> {
  const { threads, progress, signal } = options;
  const runtime = await options.runtime();
  const feeds = await feedsFor(options);
  const sessions: Session[] = [];
  try {
    for (const model of models) sessions.push(await runtime.load(model, { threads }, signal));
    const runs: number[] = [];
    for (const session of sessions) {
      await session.prepareTiming(feeds, signal);
      const [warm = 1] = [...await session.time(warmUps, signal)].slice(-1);
      runs.push(Math.min(mostRuns, Math.max(1, Math.round(roundMs / warm))));
    }
    const fastest = models.map((): number[] => []);
    const end = performance.now() + decidingSeconds * 1000;
    for (let round = 0; round < fewestRounds || (round < mostRounds && performance.now() < end); round++) {
      for (let turn = 0; turn < sessions.length; turn++) {
        const i = (turn + round) % sessions.length;
        fastest[i]!.push(Math.min(...await sessions[i]!.time(runs[i]!, signal)));
      }
      progress('Timing candidates', round + 1, mostRounds);
    }
    return fastest.map(median);
  } finally {
    for (const session of sessions) await session.release();
  }
}

/** The original and the result against each other. */
export function compareLatency(
  original: ModelSource,
  result: ModelSource,
  options: RunLatencyOptions,
): Promise<LatencyResult> {
  return measure([original, result], options);
}

async function measure(
  models: readonly ModelSource[],
  options: RunLatencyOptions,
): Promise<LatencyResult> {
  const { threads, seed, tempDir, progress, signal } = options;
  const feeds = await feedsFor(options);
  const timed = models.map((source, i) => ({ label: String(i), source, feeds }));
  const report = (share: number): void => progress('Measuring latency', Math.round(share * 100), 100);
  return measureLatency(timed, { threads, seed, tempDir, maxSeconds: reportedSeconds }, report, signal);
}

/** A sample of the data, or random numbers where there are no data. */
async function feedsFor({ original, data, seed }: RunLatencyOptions): Promise<Feeds> {
  const dataset = data.evaluation ?? data.calibration
    ?? await openDataset({ random: 1 }, modelInputs(original), { baseDir: '.', seed });
  return (await dataset.at(0)).feeds;
}
