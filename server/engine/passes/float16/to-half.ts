/** Models in half precision: float16 or bfloat16, all of the computation or the stored weights alone. */

import type { Model } from '../../model/model.ts';
import type { LayerAction, PassNote } from '../pass.ts';
import { constantsToInitializers } from '../fold/rules/constant-nodes.ts';
import { raiseIrVersion } from '../opset/ir-version.ts';
import { liftOpset } from '../opset/lift-opset.ts';
import { HalfComputation } from './half-computation.ts';
import { HalfConstants } from './half-tensor.ts';
import { storeHalfWeights } from './half-weights.ts';
import type { HalfOptions } from './to-half-options.ts';

export type { HalfOptions } from './to-half-options.ts';

export interface Halved {
  readonly model: Model;
  readonly layers: readonly LayerAction[];
  readonly notes: readonly PassNote[];
}

/** bfloat16 came to Cast with it. */
const bfloat16Opset = 13;

/**
 * `model` in half precision. Values are converted where layers in half precision and others meet, once per value;
 * bodies of If, Loop and Scan are converted inside, their own inputs and outputs stay float32. Weights beyond the range
 * are cut to it, with a note.
 *
 * @throws LatheError `UNSUPPORTED` when a model for bfloat16 cannot be written in opset 13; `CANCELLED`
 */
export function toHalf(model: Model, options: HalfOptions, signal?: AbortSignal): Halved {
  const lifted = options.type === 'bfloat16' && model.opset < bfloat16Opset ? liftOpset(model, bfloat16Opset) : model;
  const halved = lifted.clone();
  raiseIrVersion(halved, 4);
  constantsToInitializers(halved.graph);
  const constants = new HalfConstants(options, signal);
  const layers = options.weightsOnly
    ? storeHalfWeights(halved, options, constants)
    : new HalfComputation(halved, options, constants).convert();
  return { model: halved, layers, notes: constants.notes };
}
