/** The step `quantize`: which scheme, then who carries it out. */

import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import { float16Options, type Float16Options } from '../float16/float16-options.ts';
import { float16Pass } from '../float16/float16-pass.ts';
import type { Pass, PassContext, PassPlan, PassResult } from '../pass.ts';
import { applyDynamic } from './dynamic/dynamic-pass.ts';
import { quantizeOptions, type QuantizeOptions } from './options.ts';
import { planLayers } from './plan-layers.ts';
import { applyStatic } from './static/static-pass.ts';
import { planWeightOnly } from './weight-only/plan-weight-only.ts';
import { applyWeightOnly } from './weight-only/weight-only-pass.ts';
import { isWeightOnly } from './weight-only/weight-only-settings.ts';

function isHalf({ scheme }: QuantizeOptions): boolean {
  return scheme === 'fp16' || scheme === 'bf16';
}

/** What of the options concerns half precision. */
function halfOptions({ scheme, weightsOnly, io, layers, opTypes }: QuantizeOptions): Float16Options {
  const kept = layers.flatMap(({ match, keep }) => (keep === 'float' ? [{ match, keep }] : []));
  return float16Options.parse({
    scheme,
    layers: kept,
    ...(weightsOnly !== undefined && { weightsOnly }),
    ...(io !== undefined && { io }),
    ...(opTypes && { opTypes }),
  });
}

export const quantizePass: Pass<QuantizeOptions> = {
  name: 'quantize',
  summary: 'Stores weights, and computes with values, of fewer bits.',
  options: quantizeOptions,
  plan: (model: Model, options: QuantizeOptions, target: Target): PassPlan => {
    if (isHalf(options)) return float16Pass.plan(model, halfOptions(options), target);
    return isWeightOnly(options) ? planWeightOnly(model, options, target) : planLayers(model, options, target);
  },
  apply: async (model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> => {
    switch (options.scheme) {
      case 'int8':
        if (isWeightOnly(options)) return applyWeightOnly(model, options, context);
        return applyStatic(model, options, context);
      case 'dynamic':
        return applyDynamic(model, options, context);
      case 'int4':
      case 'int3':
      case 'int2':
        return applyWeightOnly(model, options, context);
      case 'fp16':
      case 'bf16':
        return float16Pass.apply(model, halfOptions(options), context);
    }
  },
};
