/** The step `quantize`: which scheme, then who carries it out. */

import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import { float16Options, type Float16Options } from '../float16/float16-options.ts';
import { float16Pass } from '../float16/float16-pass.ts';
import type { Pass, PassContext, PassPlan, PassResult } from '../pass.ts';
import { applyAware } from './aware/aware-pass.ts';
import { applyDynamic } from './dynamic/dynamic-pass.ts';
import { applyMixed } from './mixed/mixed-pass.ts';
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

/** 4-bit weights beside integer activations: static quantization with narrower weights. */
function integerOptions(options: QuantizeOptions): QuantizeOptions {
  return options.scheme === 'int4' ? { ...options, weights: options.weights ?? 'int4' } : options;
}

export const quantizePass: Pass<QuantizeOptions> = {
  name: 'quantize',
  summary: 'Stores weights, and computes with values, of fewer bits.',
  options: quantizeOptions,
  trains: ({ aware }) => aware !== undefined,
  plan: (model: Model, options: QuantizeOptions, target: Target): PassPlan => {
    if (isHalf(options)) return float16Pass.plan(model, halfOptions(options), target);
    if (isWeightOnly(options)) return planWeightOnly(model, options, target);
    return planLayers(model, integerOptions(options), target);
  },
  apply: async (model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> => {
    switch (options.scheme) {
      case 'int8':
      case 'int4':
      case 'int3':
      case 'int2':
        if (isWeightOnly(options)) return applyWeightOnly(model, options, context);
        if (options.aware) return applyAware(model, integerOptions(options), options.aware, context);
        return applyStatic(model, integerOptions(options), context);
      case 'dynamic':
        return applyDynamic(model, options, context);
      case 'mixed':
        return applyMixed(model, options, context);
      case 'fp16':
      case 'bf16':
        return float16Pass.apply(model, halfOptions(options), context);
    }
  },
};
