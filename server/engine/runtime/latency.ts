/**
 * Latency as a user would trust it: every model in a process of its own (so that memory is its own too), warmed up
 * until it is stable, then measured in rounds in which all models take turns in random order, until the confidence
 * intervals are narrow or the time is up. Only `session.run` is timed, inside the process.
 *
 * Models are compared by the fastest run of each round: other programs only ever add to it. Comparing a model with
 * itself on a machine with four times as many busy threads as cores, that was off by 1 to 6 %, medians by 4 to 15 %.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../errors.ts';
import { Random } from '../util/random.ts';
import { ratioInterval, type Interval } from './bootstrap.ts';
import { Contestant, type LatencyOptions, type LatencyRun, type TimedModel } from './contestant.ts';
import { median } from './statistics.ts';

export type { LatencyOptions, LatencyRun, TimedModel } from './contestant.ts';

/** How long `a` takes compared with `b`, both indices of models and undisturbed: above 1 where it is slower. */
export interface LatencyRatio {
  readonly a: number;
  readonly b: number;
  readonly latency: { readonly median: number; readonly ci95: Interval };
}

export interface LatencyResult {
  readonly runs: readonly LatencyRun[];
  /** Of every two models. */
  readonly ratios: readonly LatencyRatio[];
}

/** How much of the time for measuring has gone, 0..1. */
export type LatencyProgress = (share: number) => void;

const defaults = { minRuns: 50, maxSeconds: 10, precision: 0.02, seed: 0 } as const;

/** Rounds that intervals need at least; and when the time is up before. */
const minRounds = 20;
const fewestRounds = 3;
/** Rounds between two looks at the intervals. */
const lookEvery = 10;
/** Two processes of one model differ by up to this share, whatever the number of rounds: memory lies differently. */
const processNoise = 0.01;

/**
 * Measures models against each other. The total time is about `maxSeconds` at most, unless a few runs take longer.
 *
 * @throws LatheError what `Runtime.load` and `Session.run` throw
 */
export async function measureLatency(
  models: readonly TimedModel[],
  options: LatencyOptions = {},
  onProgress?: LatencyProgress,
  signal?: AbortSignal,
): Promise<LatencyResult> {
  const folder = await mkdtemp(join(options.tempDir ?? tmpdir(), 'lathe-'));
  const starts = await Promise.allSettled(
    models.map((model, i) => Contestant.start(model, join(folder, `${i}.onnx`), options, signal)),
  );
  const contestants = starts.flatMap((start) => (start.status === 'fulfilled' ? start.value : []));
  try {
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed) throw failed.reason;
    await measure(contestants, options, onProgress, signal);
    const random = new Random(options.seed ?? defaults.seed, 1);
    const runs = [];
    for (const contestant of contestants) runs.push(await contestant.result(options, random, signal));
    return { runs, ratios: ratiosOf(contestants, random) };
  } finally {
    for (const contestant of contestants) await contestant.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(
  contestants: readonly Contestant[],
  options: LatencyOptions,
  onProgress?: LatencyProgress,
  signal?: AbortSignal,
): Promise<void> {
  const { minRuns, maxSeconds, precision, seed } = { ...defaults, ...options };
  const start = performance.now();
  const elapsedShare = (): number => Math.min(1, (performance.now() - start) / (maxSeconds * 1000));
  for (const contestant of contestants) {
    // A fifth of the time for warming up, in equal parts.
    await contestant.warmUp((maxSeconds * 200) / contestants.length, signal);
    onProgress?.(elapsedShare());
  }
  const random = new Random(seed);
  for (let round = 1; ; round++) {
    throwIfCancelled(signal);
    for (const contestant of random.shuffle([...contestants])) await contestant.round(signal);
    const share = elapsedShare();
    onProgress?.(share);
    if (share >= 1 && round >= fewestRounds) break;
    if (round < minRounds || round % lookEvery !== 0) continue;
    if (contestants.every((contestant) => contestant.isSettled(minRuns, precision))) break;
  }
  onProgress?.(1);
}

function ratiosOf(contestants: readonly Contestant[], random: Random): LatencyRatio[] {
  const rounds = contestants.map((contestant) => contestant.fastest());
  return rounds.flatMap((first, a) =>
    rounds.slice(a + 1).map((second, i) => {
      const [low, high] = ratioInterval(first, second, random);
      const ci95: Interval = [low * (1 - processNoise), high * (1 + processNoise)];
      return { a, b: a + 1 + i, latency: { median: median(first) / median(second), ci95 } };
    }),
  );
}
