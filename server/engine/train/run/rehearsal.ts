/** The first steps, which are undone: they tell how long a step takes, and find the learning rate. */

import { throwIfCancelled } from '../../errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { trainingBatches, type Batch } from '../../data/training/batches.ts';
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
  /** How many steps the run will make when one takes so long. */
  readonly stepsPlanned: (msPerStep: number) => number;
  readonly progress: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The first step fills caches: it says little about those that follow. */
const unmeasuredSteps = 1;
const timedSteps = 4;

/** Looking for the rate takes this share of the steps of a run, within limits. */
const searchShare = 1 / 10;
const fewestTried = 20;

export async function rehearse(learner: Learner, options: RehearsalOptions): Promise<Rehearsal> {
  const { learningRate, range } = options;
  const before = await learner.state();
  const batches = endless(options);
  const msPerStep = await timeSteps(learner, batches, options);
  const found = learningRate ?? await findRate(learner, batches, options, {
    ...range,
    steps: Math.min(range.steps, Math.max(fewestTried, Math.round(searchShare * options.stepsPlanned(msPerStep)))),
  });
  await batches.return(undefined);
  await learner.restore(before);
  return { learningRate: found, msPerStep };
}

type Batches = AsyncGenerator<Batch, undefined>;

/** At a rate that changes next to nothing. */
async function timeSteps(learner: Learner, batches: Batches, options: RehearsalOptions): Promise<number> {
  const steps = unmeasuredSteps + timedSteps;
  let started = 0;
  for (let step = 0; step < steps; step++) {
    if (step === unmeasuredSteps) started = performance.now();
    await learner.step(await nextOf(batches, options), options.range.from);
    options.progress('Timing a few steps', step + 1, steps);
  }
  return (performance.now() - started) / timedSteps;
}

async function findRate(
  learner: Learner,
  batches: Batches,
  options: RehearsalOptions,
  range: RateRange,
): Promise<number> {
  const tried: TriedRate[] = [];
  while (tried.length < range.steps && !hasExploded(tried)) {
    const learningRate = triedRate(range, tried.length);
    tried.push({ learningRate, loss: await learner.step(await nextOf(batches, options), learningRate) });
    options.progress('Looking for the learning rate', tried.length, range.steps);
  }
  return chooseRate(tried, range);
}

async function nextOf(batches: Batches, { signal }: RehearsalOptions): Promise<Batch> {
  throwIfCancelled(signal);
  const { value } = await batches.next();
  return value!;
}

async function* endless({ data, batch, seed, signal }: RehearsalOptions): Batches {
  for (let epoch = 0; ; epoch++) yield* trainingBatches(data, { batch, seed, epoch, signal });
}
