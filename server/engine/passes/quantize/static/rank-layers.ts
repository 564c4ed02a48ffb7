/** Which integer layers hurt the network's outputs most, for the bytes that they save. */

import type { PassContext } from '../../pass.ts';
import { compareModels } from '../observe.ts';
import type { StaticCandidates } from './choose.ts';
import type { StaticLayer } from './quantize-static.ts';
import type { CalibrationMethod } from './ranges.ts';

/** Samples that each layer's effect is measured on. */
const rankedSamples = 8;

/**
 * The layers, worst first. Each is made int8 alone while all others stay float; its noise at the outputs, relative to
 * the signal, is what it costs. Dividing by the root of its weights' bytes puts small layers with much noise first:
 * they cost least to give up.
 */
export async function rankLayers(
  candidates: StaticCandidates,
  method: CalibrationMethod,
  layers: readonly StaticLayer[],
  base: ReadonlyMap<string, string>,
  context: PassContext,
): Promise<StaticLayer[]> {
  const outputs = candidates.prepared.graph.outputs.map((o) => o.name);
  const data = context.calibration!;
  const costs = new Map<string, number>();
  for (const [i, layer] of layers.entries()) {
    const others = new Map(base);
    for (const other of layers) if (other !== layer) others.set(other.name, 'ranking');
    const alone = candidates.make(method, others);
    const errors = await compareModels(candidates.prepared, alone.model, outputs, data, rankedSamples, context);
    let noise = 0;
    for (const error of errors.values()) noise += error.noisePower / Math.max(error.signalPower, Number.MIN_VALUE);
    costs.set(layer.name, noise / Math.sqrt(Math.max(1, layer.weightBytes)));
    context.progress('Ranking layers', i + 1, layers.length);
  }
  return [...layers].sort((a, b) => costs.get(b.name)! - costs.get(a.name)!);
}
