/** A model whose latency is measured, in a process of its own. */

import { writeFile } from 'node:fs/promises';
import { throwIfCancelled } from '../errors.ts';
import { writeModel } from '../formats/onnx/write.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { Random } from '../util/random.ts';
import { medianInterval, type Interval } from './bootstrap.ts';
import { physicalCores } from './cores.ts';
import type { OptimizationLevel } from './protocol.ts';
import { Runtime, type ModelSource, type Session } from './runtime.ts';
import { median, quantile } from './statistics.ts';

export interface TimedModel {
  /** What results call it. */
  readonly label: string;
  readonly source: ModelSource;
  readonly feeds: Feeds;
}

export interface LatencyOptions {
  /** Threads of each session; the physical cores unless told. */
  readonly threads?: number;
  readonly provider?: string;
  readonly optimization?: OptimizationLevel;
  readonly spinning?: boolean;
  /** Rows of `feeds`, for the throughput; 1 unless told. */
  readonly batch?: number;
  /** Fewest runs of each model, where `maxSeconds` allows; 50 unless told. */
  readonly minRuns?: number;
  /** Time for all models together, loading apart; 10 unless told. */
  readonly maxSeconds?: number;
  /** Widest 95 % interval to end early with, as a share of the median; 0.02 unless told. */
  readonly precision?: number;
  readonly seed?: number;
  readonly tempDir?: string;
  readonly log?: (line: string) => void;
}

export interface LatencyRun {
  readonly label: string;
  readonly provider: string;
  readonly threads: number;
  readonly batch: number;
  /** Milliseconds per run. */
  readonly latencyMs: {
    /** Median of the rounds' medians, and its interval. */
    readonly median: number;
    readonly ci95: Interval;
    /** Of all runs. */
    readonly p95: number;
    readonly mean: number;
    /** Median of the rounds' fastest runs: steadier than `median` on a busy machine, so better to decide by. */
    readonly undisturbed: number;
  };
  /** Rows per second. */
  readonly throughput: number;
  /** Most memory that the process held, onnxruntime and all. */
  readonly peakRssBytes: number;
  /** What it held before it loaded the model. */
  readonly baseRssBytes: number;
  /** Every run, in the order of measurement. */
  readonly samplesMs: readonly number[];
}

/** A round should take this long for each model: longer than the clock's grain, shorter than most disturbances. */
const roundMs = 20;
/** But it should have some runs to choose the fastest from, as long as it does not take longer than `longRoundMs`. */
const runsToChooseFrom = 4;
const longRoundMs = 200;

function runsPerRound(runMs: number): number {
  const some = Math.min(runsToChooseFrom, Math.floor(longRoundMs / runMs));
  return Math.max(1, some, Math.min(1000, Math.round(roundMs / runMs)));
}

export class Contestant {
  private readonly label: string;
  private readonly runtime: Runtime;
  private readonly session: Session;
  private readonly baseRssBytes: number;
  private readonly rounds: Float64Array[] = [];
  private runsPerRound = 1;

  private constructor(label: string, runtime: Runtime, session: Session, baseRssBytes: number) {
    this.label = label;
    this.runtime = runtime;
    this.session = session;
    this.baseRssBytes = baseRssBytes;
  }

  /** @param path where to write a model that is not in a file: sent through the channel it would count as memory */
  static async start(
    { label, source, feeds }: TimedModel,
    path: string,
    options: LatencyOptions,
    signal?: AbortSignal,
  ): Promise<Contestant> {
    throwIfCancelled(signal);
    if (source instanceof Uint8Array) await writeFile(path, source);
    else if (typeof source !== 'string') writeModel(source, path);
    const { threads, provider, optimization, spinning, tempDir, log } = options;
    const runtime = await Runtime.start({
      ...(threads !== undefined && { threads }),
      ...(tempDir !== undefined && { tempDir }),
      ...(log && { log }),
    });
    try {
      const { rssBytes } = await runtime.memory(signal);
      const session = await runtime.load(
        typeof source === 'string' ? source : path,
        {
          ...(provider !== undefined && { provider }),
          ...(optimization !== undefined && { optimization }),
          ...(spinning !== undefined && { spinning }),
        },
        signal,
      );
      await session.prepareTiming(feeds, signal);
      return new Contestant(label, runtime, session, rssBytes);
    } catch (error) {
      await runtime.close();
      throw error;
    }
  }

  /** Runs until two rounds in a row take the same time to a twentieth, and finds how many runs make a round. */
  async warmUp(limitMs: number, signal?: AbortSignal): Promise<void> {
    const start = performance.now();
    let before = NaN;
    for (;;) {
      const now = median(await this.session.time(Math.max(this.runsPerRound, 2), signal));
      const isStable = Math.abs(now - before) <= 0.05 * now;
      this.runsPerRound = runsPerRound(now);
      if (isStable || performance.now() - start >= limitMs) return;
      before = now;
    }
  }

  async round(signal?: AbortSignal): Promise<void> {
    this.rounds.push(await this.session.time(this.runsPerRound, signal));
  }

  /** The fastest run of each round. */
  fastest(): Float64Array {
    return Float64Array.from(this.rounds, (round) => Math.min(...round));
  }

  isSettled(minRuns: number, precision: number): boolean {
    if (this.rounds.length * this.runsPerRound < minRuns) return false;
    const fastest = this.fastest();
    const [low, high] = medianInterval(fastest, new Random(0));
    return high - low <= precision * median(fastest);
  }

  async result(options: LatencyOptions, random: Random, signal?: AbortSignal): Promise<LatencyRun> {
    const medians = Float64Array.from(this.rounds, median);
    const samplesMs = this.rounds.flatMap((round) => Array.from(round));
    const mean = samplesMs.reduce((sum, ms) => sum + ms, 0) / samplesMs.length;
    const batch = options.batch ?? 1;
    const { peakRssBytes } = await this.runtime.memory(signal);
    return {
      label: this.label,
      provider: options.provider ?? 'cpu',
      threads: options.threads ?? physicalCores(),
      batch,
      latencyMs: {
        median: median(medians),
        ci95: medianInterval(medians, random),
        p95: quantile(samplesMs, 0.95),
        mean,
        undisturbed: median(this.fastest()),
      },
      throughput: (batch * 1000) / mean,
      peakRssBytes,
      baseRssBytes: this.baseRssBytes,
      samplesMs,
    };
  }

  async close(): Promise<void> {
    await this.runtime.close();
  }
}
