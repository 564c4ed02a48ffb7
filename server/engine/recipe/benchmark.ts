/** Benchmarks of models against each other. */

import type { Benchmark, BenchmarkRun } from '../../../protocol/results/benchmark.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { ProgressListener } from '../passes/pass.ts';
import { batchedInputs, concatFeeds } from '../runtime/batching.ts';
import { measureLatency } from '../runtime/latency.ts';
import { profileNodes } from '../runtime/profile.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { explainProfile, type ExplainedProfile } from './explain-profile.ts';
import { describeMachine } from './machine.ts';
import { modelInputs } from './open-data.ts';
import { withPool } from './runtime-pool.ts';

export interface BenchmarkOptions {
  readonly paths: readonly string[];
  readonly sources: DataSources;
  readonly baseDir: string;
  readonly batch: number;
  readonly provider?: string;
  /** Time for measuring, all models together. */
  readonly seconds?: number;
  /** Also time each node. */
  readonly nodes: boolean;
  readonly threads: number;
  readonly seed: number;
  readonly progress: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Runs of the profile: its figures are medians, and profiling is slow. */
const profiledRuns = 20;

export async function benchmarkModels(options: BenchmarkOptions): Promise<Benchmark> {
  const { paths, threads, seed, batch, provider, seconds, progress, signal } = options;
  const started = performance.now();
  const models = paths.map(readModel);
  const feeds: Feeds[] = [];
  for (const model of models) feeds.push(await feedsFor(model, options));
  const { runs, ratios } = await measureLatency(
    models.map((_, i) => ({ label: paths[i]!, source: paths[i]!, feeds: feeds[i]! })),
    {
      threads,
      seed,
      batch,
      ...(provider !== undefined && { provider }),
      ...(seconds !== undefined && { maxSeconds: seconds }),
    },
    (share) => progress('Measuring latency', Math.round(share * 100), 100),
    signal,
  );
  const profiles = options.nodes ? await nodeProfiles(models, feeds, options) : [];
  return {
    runs: runs.map(({ latencyMs, throughput, peakRssBytes, ...run }, i) => ({
      model: paths[i]!,
      provider: run.provider,
      threads: run.threads,
      batch: run.batch,
      latencyMs,
      throughput,
      peakRssBytes,
      ...explained(profiles, i),
    })),
    ratios: ratios.map(({ a, b, latency }) => ({ a: paths[a]!, b: paths[b]!, latency })),
    machine: describeMachine(),
    durationMs: performance.now() - started,
  };
}

function explained(profiles: readonly ExplainedProfile[], i: number): Pick<BenchmarkRun, 'nodes' | 'notes'> {
  const own = profiles[i];
  if (!own) return {};
  const notes = explainProfile(own, profiles);
  return { nodes: own.profile.nodes, ...(notes.length > 0 && { notes }) };
}

async function nodeProfiles(
  models: readonly Model[],
  feeds: readonly Feeds[],
  { threads, provider, progress, signal }: BenchmarkOptions,
): Promise<ExplainedProfile[]> {
  return withPool({ threads }, async (pool) => {
    const runtime = await pool.get();
    const profiles: ExplainedProfile[] = [];
    for (const [i, model] of models.entries()) {
      progress('Timing nodes', i, models.length);
      const session = { threads, ...(provider !== undefined && { provider }) };
      const profile = await profileNodes(runtime, model, feeds[i]!, profiledRuns, session, signal);
      profiles.push({ model, profile });
    }
    return profiles;
  });
}

/** One run's worth of samples. Throws `UNSUPPORTED` for a batch that the model does not take. */
async function feedsFor(model: Model, { sources, baseDir, seed, batch }: BenchmarkOptions): Promise<Feeds> {
  const source = sources.evaluation ?? sources.calibration ?? { random: true };
  const dataset = await openDataset(source, modelInputs(model), { baseDir, seed });
  const samples: Feeds[] = [];
  for (let i = 0; i < batch; i++) samples.push((await dataset.at(i % dataset.size)).feeds);
  const batched = batchedInputs(model);
  if (batch > 1 && batched.size === 0) {
    throw new LatheError('UNSUPPORTED', `The model "${model.path ?? ''}" takes one sample at a time.`, {
      fix: 'Leave out "--batch", or export the model with an open first dimension.',
      ...(model.path !== undefined && { at: { file: model.path } }),
    });
  }
  return concatFeeds(samples, batched);
}
