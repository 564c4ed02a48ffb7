/** What a weight-only scheme would do to each layer, from the structure alone. */

import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import type { Target } from '../../../targets/target.ts';
import type { PassPlan, PlannedLayer } from '../../pass.ts';
import type { QuantizeOptions } from '../options.ts';
import { blocksOf, type BlockGrid } from './block-weights.ts';
import { findWeightLayers, type WeightLayer } from './weight-layers.ts';
import { weightOnlySettings } from './weight-only-settings.ts';

/** One entry for every layer with weights of the main graph. */
export function planWeightOnly(model: Model, options: QuantizeOptions, target: Target): PassPlan {
  const settings = weightOnlySettings(options, target);
  const layers = findWeightLayers(model.graph, Constants.of(model)).map((layer): PlannedLayer => {
    const { bits } = settings.of(layer);
    const { node, weight: { byteLength: weightBytes } } = layer;
    return {
      name: node.label,
      opType: node.opType,
      action: bits === 'float' ? 'float' : `int${bits} weights`,
      weightBytes,
      predictedBytes: bits === 'float' ? weightBytes : bytesOf(layer, settings.grid(layer, bits)),
    };
  });
  return { layers, notes: [] };
}

/** Codes of whole blocks, a float16 scale for each, and its zero point. */
function bytesOf({ rows, columns }: WeightLayer, { bits, blockSize, zeroPoints }: BlockGrid): number {
  const blocks = blocksOf(columns, blockSize);
  return rows * (blocks * ((blockSize * bits) / 8 + 2) + (zeroPoints ? Math.ceil((blocks * bits) / 8) : 0));
}
