/** Student and teacher, made ready for batches of the data at hand. */

import type { Dataset } from '../../data/dataset.ts';
import { holdOut } from '../../data/split.ts';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Runtime, SessionOptions } from '../../runtime/runtime.ts';
import type { Feeds } from '../../tensor/tensor-value.ts';
import { chooseBatch } from './batch-size.ts';
import { batched, checkSameAnswers, type Batched } from './batched.ts';
import type { StudentTraining } from './train-student.ts';

export interface Networks {
  readonly runtime: Runtime;
  readonly session: SessionOptions;
  readonly student: Batched;
  readonly teacher: Batched | undefined;
  readonly runnable: (model: Model) => Model;
  /** What steps learn from. */
  readonly training: Dataset;
  readonly heldOut: Dataset | undefined;
  /** Samples of a step. */
  readonly batch: number;
  /** The first few samples. */
  readonly samples: readonly Feeds[];
}

const asItIs = (model: Model): Model => model;

/** How many samples tell whether a network takes batches. */
const triedSamples = 3;

/** @throws LatheError `UNSUPPORTED` for networks with a state, `DATA` where teacher and student do not answer alike */
export async function prepareNetworks(options: StudentTraining): Promise<Networks> {
  const { data, settings, signal, runnable = asItIs } = options;
  if (data.carry) {
    throw new LatheError('UNSUPPORTED', 'Networks with a state that goes from sample to sample cannot be trained yet.');
  }
  const runtime = await options.runtime();
  const session = { threads: options.threads };
  const { training, heldOut } = holdOut(data, options.seed);
  const count = Math.min(triedSamples, training.size);
  const samples = await Promise.all(Array.from({ length: count }, async (_, i) => (await training.at(i)).feeds));
  const shared = { runtime, samples, carried: [], session, signal };
  const student = await batched(options.student, { ...shared, runnable, name: 'student' });
  const teacher = options.teacher
    && await batched(options.teacher, { ...shared, runnable: asItIs, name: 'teacher' });
  if (teacher) checkSameAnswers(student, teacher);
  const takesBatch = student.takesBatch && (teacher?.takesBatch ?? true);
  const batch = takesBatch ? settings.batch ?? chooseBatch(student.model, training.size) : 1;
  return { runtime, session, student, teacher, runnable, training, heldOut, batch, samples };
}
