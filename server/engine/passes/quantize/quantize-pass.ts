/** The step `quantize`: which scheme, then who carries it out. */

import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import type { Pass, PassContext, PassPlan, PassResult } from '../pass.ts';
import { applyDynamic } from './dynamic/dynamic-pass.ts';
import { quantizeOptions, type QuantizeOptions } from './options.ts';
import { planLayers } from './plan-layers.ts';
import { applyStatic } from './static/static-pass.ts';

export const quantizePass: Pass<QuantizeOptions> = {
  name: 'quantize',
  summary: 'Stores weights, and computes with values, of fewer bits.',
  options: quantizeOptions,
  plan: (model: Model, options: QuantizeOptions, target: Target): PassPlan => planLayers(model, options, target),
  apply: async (model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> => {
    switch (options.scheme) {
      case 'int8':
        return applyStatic(model, options, context);
      case 'dynamic':
        return applyDynamic(model, options, context);
      case 'fp16':
      case 'bf16':
        throw new LatheError('UNSUPPORTED', `The scheme "${options.scheme}" is not available in this version.`);
    }
  },
};
