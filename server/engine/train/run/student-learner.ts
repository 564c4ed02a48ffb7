/** A student in training: the trainer, what it learns from, and how it is measured. */

import type { Batch } from '../../data/training/batches.ts';
import type { Model } from '../../model/model.ts';
import type { Runtime, SessionOptions } from '../../runtime/runtime.ts';
import { Trainer } from '../trainer.ts';
import type { BlockedOperator, TrainerOptions, TrainerState } from '../trainer-options.ts';
import { writeWeights } from '../write-weights.ts';
import type { Batched } from './batched.ts';
import type { HeldOut } from './held-out.ts';
import type { Learner } from './learner.ts';
import type { Objective } from './objective.ts';
import type { Score } from './score.ts';
import type { Teacher } from './teacher.ts';

export interface StudentOptions {
  readonly runtime: Runtime;
  /** As it was given: the trained weights go back into it. */
  readonly given: Model;
  readonly student: Batched;
  readonly objective: Objective;
  readonly teacher?: Teacher | undefined;
  readonly heldOut?: HeldOut | undefined;
  readonly trainer: Omit<TrainerOptions, 'model' | 'losses'>;
  readonly session: SessionOptions;
  readonly runnable: (model: Model) => Model;
  readonly signal?: AbortSignal | undefined;
}

export class StudentLearner implements Learner {
  private readonly options: StudentOptions;
  private readonly trainer: Trainer;

  private constructor(options: StudentOptions, trainer: Trainer) {
    this.options = options;
    this.trainer = trainer;
  }

  /** @throws as `Trainer.create` */
  static async create(options: StudentOptions): Promise<StudentLearner> {
    const { runtime, student, objective, trainer, signal } = options;
    const whole = { ...trainer, model: student.model, losses: objective.losses };
    return new StudentLearner(options, await Trainer.create(runtime, whole, signal));
  }

  get blocked(): readonly BlockedOperator[] {
    return this.trainer.blocked;
  }

  async step(batch: Batch, learningRate: number): Promise<number> {
    const { objective, teacher, signal } = this.options;
    const targets = objective.targets(batch, await teacher?.answers(batch));
    const { loss } = await this.trainer.train({ ...batch.feeds, ...targets }, learningRate, signal);
    return loss;
  }

  async score(): Promise<Score | undefined> {
    const { heldOut, runtime, runnable, student, session: settings, signal } = this.options;
    if (!heldOut) return undefined;
    const trained = writeWeights(student.model, await this.trainer.tensors(this.which, signal));
    const session = await runtime.load(runnable(trained), settings, signal);
    try {
      return await heldOut.score(session);
    } finally {
      await session.release();
    }
  }

  async model(): Promise<Model> {
    return writeWeights(this.options.given, await this.trainer.tensors(this.which, this.options.signal));
  }

  async state(): Promise<TrainerState> {
    return this.trainer.checkpoint(this.options.signal);
  }

  async restore(state: TrainerState): Promise<void> {
    await this.trainer.restore(state, this.options.signal);
  }

  async release(): Promise<void> {
    await this.trainer.release();
    await this.options.teacher?.release();
  }

  private get which(): 'average' | 'current' {
    return this.options.trainer.average === undefined ? 'current' : 'average';
  }
}
