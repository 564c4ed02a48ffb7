/** The step `quantize`: which scheme, then who carries it out. */

import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import { liftOpset } from '../opset/lift-opset.ts';
import type { Pass, PassContext, PassPlan, PassResult } from '../pass.ts';
import { quantizeDynamic } from './dynamic/quantize-dynamic.ts';
import { quantizeOptions, type QuantizeOptions } from './options.ts';
import { planLayers } from './plan-layers.ts';
import { resolveSettings } from './settings.ts';
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
      case 'dynamic': {
        const settings = resolveSettings(options, context.target);
        return { ...quantizeDynamic(liftOpset(model, 13), settings), notes: [] };
      }
      case 'fp16':
      case 'bf16':
        throw new LatheError('UNSUPPORTED', `The scheme "${options.scheme}" is not available in this version.`);
    }
  },
};
