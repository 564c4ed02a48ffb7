/** What the loop trains: a model with its loss and optimiser, seen from far enough away that tests can make one up. */

import type { Batch } from '../../data/training/batches.ts';
import type { Model } from '../../model/model.ts';
import type { TrainerState } from '../trainer-options.ts';
import type { Score } from './score.ts';

export interface Learner {
  /** One step of the optimiser; the loss before it. */
  step(batch: Batch, learningRate: number): Promise<number>;
  /** What the held-out samples say of the weights as they are; undefined without such samples. */
  score(): Promise<Score | undefined>;
  /** The model with the weights as they are. */
  model(): Promise<Model>;
  state(): Promise<TrainerState>;
  restore(state: TrainerState): Promise<void>;
}
