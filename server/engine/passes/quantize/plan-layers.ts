/** What quantization would do to each layer, from the structure alone. */

import { Constants } from '../../model/constants.ts';
import type { Model } from '../../model/model.ts';
import type { Target } from '../../targets/target.ts';
import type { PassPlan, PlannedLayer } from '../pass.ts';
import type { QuantizeOptions } from './options.ts';
import { resolveSettings } from './settings.ts';
import { roleOf } from './static/operators.ts';

/** One entry for every layer with weights of the main graph. */
export function planLayers(model: Model, options: QuantizeOptions, target: Target): PassPlan {
  const settings = resolveSettings(options, target);
  const constants = Constants.of(model);
  const layers: PlannedLayer[] = [];
  for (const node of model.graph.nodes) {
    const role = roleOf(node, constants);
    if (role?.kind !== 'compute') continue;
    const weight = constants.tensor(node.input(role.weight))!;
    const mode = settings.mode(node);
    const narrow = mode === 'int8' && settings.weightType(node) === 'int4';
    // A byte or half of one for each weight; a float32 scale and an int32 bias with its scale for each channel.
    const integerBytes = Math.ceil(weight.size / (narrow ? 2 : 1)) + 12 * role.layout.channels;
    layers.push({
      name: node.label,
      opType: node.opType,
      action: narrow ? 'int4' : mode === 'int8' ? options.scheme : mode === 'weights' ? 'int8 weights' : 'float',
      weightBytes: weight.byteLength,
      predictedBytes: mode === 'float' ? weight.byteLength : integerBytes,
    });
  }
  return { layers, notes: [] };
}
