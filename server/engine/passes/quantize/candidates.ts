/** What the accuracy search works on: one way of quantizing a model, with exceptions for single layers. */

import type { Model } from '../../model/model.ts';
import type { QuantizedType } from '../../tensor/affine.ts';
import type { StoredType } from './weights.ts';

/** How much of a layer is quantized: integer arithmetic, integer weights only, or nothing. */
export type LayerMode = 'int8' | 'weights' | 'float';

/** A layer for which the search, not the recipe, decides. */
export interface KeptLayer {
  readonly mode: LayerMode;
  /** Type of the weights, where it is not the usual one of the mode. */
  readonly weights?: StoredType;
  /** Type of the activations, where it is not the usual one. */
  readonly activations?: Extract<QuantizedType, 'uint16'>;
  /** For the report. */
  readonly reason: string;
}

/** By the layer's label in the prepared model. */
export type KeptLayers = ReadonlyMap<string, KeptLayer>;

export interface CandidateLayer {
  readonly name: string;
  readonly opType: string;
  readonly mode: LayerMode;
  /** For tables: 'int8', 'int8 dynamic', 'int8 weights', 'float'. */
  readonly action: string;
  /** Bytes of the float weights. */
  readonly weightBytes: number;
  /** SQNR of the weights alone, in dB, where they are integers. */
  readonly weightSqnrDb?: number;
  /** A value of both models whose error tells how well the layer was quantized. */
  readonly output?: string;
  readonly reason?: string;
  /** The candidate's value before it is rounded, where the layer adds a bias to it. */
  readonly sums?: string;
}

export interface Candidate {
  readonly model: Model;
  readonly layers: readonly CandidateLayer[];
}

export interface CandidateMaker {
  /** The float model that candidates are made from and compared with. */
  readonly prepared: Model;
  make(kept?: KeptLayers): Candidate;
}

/** Bytes of all constants of the main graph. */
export function constantBytes(model: Model): number {
  let bytes = 0;
  for (const tensor of model.graph.initializers.values()) bytes += tensor.byteLength;
  return bytes;
}
