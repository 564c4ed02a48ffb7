/** What a training run is made of: see `Trainer`. */

import type { Model } from '../model/model.ts';
import type { Dim } from '../model/types.ts';
import type { TensorValue } from '../tensor/tensor-value.ts';
import type { LossTerm } from './losses/loss.ts';
import type { Optimizer } from './optimizer.ts';

export interface TrainerOptions {
  /** A float32 model; not changed. Below operator set 18 a lifted copy is trained, and the weights come back here. */
  readonly model: Model;
  /** Samples of a step: the first dimension of every input whose first dimension is open. */
  readonly batch: number;
  /** Shapes of inputs that have more open dimensions than the batch. */
  readonly shapes?: Readonly<Record<string, readonly Dim[]>>;
  readonly losses: readonly LossTerm[];
  readonly optimizer: Optimizer;
  /** Which weights learn, by their own name or that of a node that uses them (globs); all float ones unless told. */
  readonly trainable?: readonly string[];
  /** Which of those do not (globs, the same way). */
  readonly frozen?: readonly string[];
  /** By initializer: 1 where a weight lives, 0 where it is zero and stays so. [the weight's size] */
  readonly masks?: ReadonlyMap<string, Uint8Array>;
  /** Factors on the learning rate (globs, the same way; the last that fits counts). */
  readonly rates?: readonly { readonly layers: string; readonly factor: number }[];
  /** Weights that weight decay leaves alone (globs): besides all of one dimension or none. */
  readonly noDecay?: readonly string[];
  /** Decay of an exponential moving average of the weights, such as 0.999; none is kept unless told. */
  readonly average?: number;
  /**
   * 'training': batch norms use the batch's statistics, and their running averages follow. 'frozen': they compute what
   * they do in use. 'training' unless told.
   */
  readonly batchNorm?: 'training' | 'frozen';
  /** How much of the running averages stays at each step: 0.9 unless told. */
  readonly batchNormMomentum?: number;
  readonly threads?: number;
}

/** What a step tells. */
export interface StepResult {
  /** The weighted sum of the terms, before the step. */
  readonly loss: number;
  /** Each term of `losses`, without its weight. */
  readonly terms: readonly number[];
  /** Length of the whole gradient, before it is clipped. */
  readonly gradientNorm: number;
}

/** Everything that a run needs to go on as if it had not stopped. */
export interface TrainerState {
  /** Steps made. */
  readonly step: number;
  readonly tensors: Readonly<Record<string, TensorValue>>;
}

/** An operator without a gradient rule, and what cannot learn because of it. */
export interface BlockedOperator {
  readonly node: string;
  readonly opType: string;
  /** Weights upstream of it. */
  readonly weights: readonly string[];
}
