/** What a loss is: a number that training makes smaller, given with its gradient where it is measured. */

import type { GraphBuilder } from '../gradients/graph-builder.ts';

export interface EmittedLoss {
  /** A scalar: the mean over the batch. */
  readonly loss: string;
  /** Gradients of the loss, in closed form, by value of the model. */
  readonly seeds: ReadonlyMap<string, string>;
}

/** A loss is one function that gives one of these; a new one is one file here. */
export interface Loss {
  /** Values of the model at which it is measured: outputs or inner ones. */
  readonly values: readonly string[];
  /** Declares what must be fed beside the model's inputs (`GraphBuilder.input`), and emits the loss. */
  emit(graph: GraphBuilder): EmittedLoss;
}

/** A part of the whole loss. */
export interface LossTerm {
  readonly loss: Loss;
  /** 1 unless told. */
  readonly weight?: number;
}
