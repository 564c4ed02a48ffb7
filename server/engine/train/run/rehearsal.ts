/** The first steps, which are undone: they find the learning rate and tell how long a step takes. */

import { throwIfCancelled } from '../../errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { trainingBatches } from '../../data/training/batches.ts';
import type { Learner } from './learner.ts';
import { chooseRate, hasExploded, triedRate, type RateRange, type TriedRate } from './range-test.ts';

export interface Rehearsal {
  readonly learningRate: number;
  readonly msPerStep: number;
}

export interface RehearsalOptions {
  readonly data: Dataset;
  readonly batch: number;
  readonly seed: number;
  /** Given by the user; found where it is not. */
  readonly learningRate?: number | undefined;
  readonly range: RateRange;
  readonly progress: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The first steps fill caches: they say little about those that follow. */
const unmeasuredSteps = 2;

/** Steps that only measure time. */
const timingSteps = 8;

export async function rehearse(learner: Learner, options: RehearsalOptions): Promise<Rehearsal> {
  const { learningRate, range, signal, progress } = options;
  const before = await learner.state();
  const steps = learningRate === undefined ? range.steps : timingSteps;
  const tried: TriedRate[] = [];
  let started = performance.now();
  for await (const batch of endless(options)) {
    throwIfCancelled(signal);
    const rate = learningRate ?? triedRate(range, tried.length);
    tried.push({ learningRate: rate, loss: await learner.step(batch, rate) });
    progress(tried.length, steps);
    if (tried.length === unmeasuredSteps) started = performance.now();
    if (tried.length >= steps || hasExploded(tried)) break;
  }
  const msPerStep = (performance.now() - started) / Math.max(1, tried.length - unmeasuredSteps);
  await learner.restore(before);
  return { learningRate: learningRate ?? chooseRate(tried, range), msPerStep };
}

async function* endless({ data, batch, seed, signal }: RehearsalOptions) {
  for (let epoch = 0; ; epoch++) yield* trainingBatches(data, { batch, seed, epoch, signal });
}
