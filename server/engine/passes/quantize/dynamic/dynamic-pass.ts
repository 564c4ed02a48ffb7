/** Dynamic int8 as a pass: no calibration, but the same search for the accuracy goal as static int8. */

import type { Model } from '../../../model/model.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { PassContext, PassResult } from '../../pass.ts';
import type { Candidate, CandidateMaker, KeptLayers } from '../candidates.ts';
import { layerActions } from '../layer-actions.ts';
import type { QuantizeOptions } from '../options.ts';
import { searchWithinGoal } from '../search.ts';
import { resolveSettings } from '../settings.ts';
import { quantizeDynamic } from './quantize-dynamic.ts';

/** Carries out `scheme: dynamic`. */
export async function applyDynamic(model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> {
  const prepared = liftOpset(model, 13);
  const maker: CandidateMaker = {
    prepared,
    make: (kept?: KeptLayers): Candidate =>
      quantizeDynamic(prepared, resolveSettings(options, context.target, kept)),
  };
  const { result, notes } = await searchWithinGoal(maker, context);
  const layers = await layerActions(prepared, result, context.calibration ?? context.evaluation, context);
  return { model: result.model, layers, notes };
}
