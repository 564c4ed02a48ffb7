/** Which quantized layers hurt the network's outputs most, for the bytes that they save. */

import type { Dataset } from '../../data/dataset.ts';
import type { PassContext } from '../pass.ts';
import type { CandidateLayer, CandidateMaker, KeptLayers } from './candidates.ts';
import { compareModels, withOutputs } from '../observe.ts';

/** Runs of the model that a ranking may take, about, and the samples for each layer that follow from it. */
const runsInAll = 400;
const fewestSamples = 4;
const mostSamples = 16;

/**
 * The layers, worst first. Each is quantized alone while all others stay float; its noise at the outputs, relative to
 * the signal, is what it costs. Dividing by the root of its weights' bytes puts small layers with much noise first:
 * they cost least to give up.
 */
export async function rankLayers(
  maker: CandidateMaker,
  layers: readonly CandidateLayer[],
  base: KeptLayers,
  data: Dataset,
  context: PassContext,
): Promise<CandidateLayer[]> {
  const outputs = maker.prepared.graph.outputs.map((o) => o.name);
  const samples = Math.max(fewestSamples, Math.min(mostSamples, Math.round(runsInAll / layers.length)));
  const costs = new Map<string, number>();
  const runtime = await context.runtime();
  const { threads, signal } = context;
  const reference = await runtime.load(withOutputs(maker.prepared, outputs), { threads }, signal);
  for (const [i, layer] of layers.entries()) {
    const others = new Map(base);
    for (const other of layers) if (other !== layer) others.set(other.name, { mode: 'float', reason: 'ranking' });
    const alone = maker.make(others);
    const errors = await compareModels(reference, alone.model, outputs, data, samples, context);
    let noise = 0;
    for (const error of errors.values()) noise += error.noisePower / Math.max(error.signalPower, Number.MIN_VALUE);
    costs.set(layer.name, noise / Math.sqrt(Math.max(1, layer.weightBytes)));
    context.progress('Ranking layers', i + 1, layers.length);
  }
  await reference.release();
  return [...layers].sort((a, b) => costs.get(b.name)! - costs.get(a.name)!);
}
