/** Half precision as a step: float16 or bfloat16, as a target computes. */

import type { Target } from '../../targets/target.ts';
import { compileGlob } from '../../util/glob.ts';
import { constantBytes } from '../constant-bytes.ts';
import type { Pass, PassPlan, PassResult, PlannedLayer } from '../pass.ts';
import { float16Options, type Float16Options } from './float16-options.ts';
import { toHalf, type HalfOptions } from './to-half.ts';

export const float16Pass: Pass<Float16Options> = {
  name: 'float16',
  summary: 'Stores weights, and computes where the target does, in half precision.',
  options: float16Options,
  plan(model, options, target): PassPlan {
    const { layers } = toHalf(model, { ...halfOptions(options, target), inspectsWeights: false });
    const bytes = constantBytes(model, (tensor) => tensor.dtype === 'float32');
    const planned = layers.map(({ name, opType, action }): PlannedLayer => {
      const weightBytes = bytes.get(name) ?? 0;
      return { name, opType, action, weightBytes, predictedBytes: action === 'float' ? weightBytes : weightBytes / 2 };
    });
    return { layers: planned, notes: [] };
  },
  async apply(model, options, context): Promise<PassResult> {
    return toHalf(model, halfOptions(options, context.target), context.signal);
  },
};

function halfOptions({ scheme, weightsOnly, io, layers, opTypes }: Float16Options, target: Target): HalfOptions {
  const kept = layers.map(({ match }) => compileGlob(match));
  const computes = scheme === 'fp16' ? target.float16 === 'native' : target.bfloat16 === 'native';
  const all = io === 'float16' || computes;
  return {
    type: scheme === 'fp16' ? 'float16' : 'bfloat16',
    weightsOnly: weightsOnly === 'auto' ? !all : weightsOnly,
    io: io === 'float16' ? 'half' : 'float32',
    keepsFloat: (node) => opTypes?.includes(node.opType) === false || kept.some((matches) => matches(node.label)),
  };
}
