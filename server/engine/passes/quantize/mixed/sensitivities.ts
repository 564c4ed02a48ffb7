/**
 * What each precision of each layer costs and harms, measured one layer at a time in a network that is float otherwise.
 * Bytes are exact; the harm is noise at the outputs over their signal, which adds up over layers to first order.
 */

import { compareAll, type ValueErrors } from '../../observe.ts';
import type { Dataset } from '../../../data/dataset.ts';
import type { PassContext } from '../../pass.ts';
import { constantBytes, type Candidate, type CandidateMaker, type KeptLayer, type KeptLayers } from '../candidates.ts';
import { isInteger, keptAs, type Precision } from './precisions.ts';

export interface LayerOption {
  readonly precision: Precision;
  /** Bytes of the model's constants with this layer so and all others float, less those of the float model. */
  readonly bytes: number;
  /** Noise over signal at the outputs, mean of the outputs. */
  readonly noise: number;
}

export interface LayerOptions {
  readonly layer: string;
  readonly weightBytes: number;
  readonly options: readonly LayerOption[];
}

/** Runs of a model that all measurements together may take, about, and the samples that follow from it. */
const runsInAll = 1500;
const fewestSamples = 4;
const mostSamples = 16;
/** Candidates that are compared in one go: as many sessions are open at once. */
const atOnce = 12;

/** `float` wherever nothing else is said. */
export function assignment(layers: readonly string[], precisionOf: ReadonlyMap<string, Precision>): KeptLayers {
  return new Map(layers.map((layer): [string, KeptLayer] => [layer, keptAs(precisionOf.get(layer) ?? 'float')]));
}

/**
 * @param layers labels of the layers to choose for
 * @param precisions that each may have; `float` is always among the options
 */
export async function measureOptions(
  maker: CandidateMaker,
  layers: readonly { readonly name: string; readonly weightBytes: number }[],
  precisions: readonly Precision[],
  data: Dataset,
  context: PassContext,
): Promise<LayerOptions[]> {
  const names = layers.map(({ name }) => name);
  const narrow = precisions.filter((precision) => precision !== 'float');
  const samples = Math.round(runsInAll / Math.max(1, names.length * narrow.length));
  const limit = Math.min(data.size, mostSamples, Math.max(fewestSamples, samples));
  const trials = names.flatMap((layer) => narrow.map((precision) => ({ layer, precision })));
  const floatBytes = constantBytes(maker.make(assignment(names, new Map())).model);
  const outputs = maker.prepared.graph.outputs.map((o) => o.name);
  const found = new Map<string, LayerOption[]>(names.map((name) => [
    name,
    [{ precision: 'float', bytes: 0, noise: 0 }],
  ]));
  for (let first = 0; first < trials.length; first += atOnce) {
    context.progress('Measuring precisions', first, trials.length);
    const part = trials.slice(first, first + atOnce);
    const made = part.map(({ layer, precision }): Candidate =>
      maker.make(assignment(names, new Map([[layer, precision]]))));
    const models = made.map(({ model }) => model);
    const errors = await compareAll(maker.prepared, models, outputs, data, limit, context);
    for (const [i, { layer, precision }] of part.entries()) {
      const bytes = constantBytes(models[i]!) - floatBytes;
      // A layer that cannot be stored so (too small, not a plain matrix) is the same as in float.
      if (bytes >= 0 && !isInteger(precision)) continue;
      found.get(layer)!.push({ precision, bytes, noise: relativeNoise(errors[i]!) });
    }
  }
  context.progress('Measuring precisions', trials.length, trials.length);
  return layers.map(({ name, weightBytes }) => ({ layer: name, weightBytes, options: found.get(name)! }));
}

/** Noise over signal, mean of the values; those that are not numbers count as all noise. */
export function relativeNoise(errors: ValueErrors): number {
  let sum = 0;
  for (const { noisePower, signalPower } of errors.values()) {
    const ratio = noisePower / Math.max(signalPower, Number.MIN_VALUE);
    sum += Number.isFinite(ratio) ? ratio : 1;
  }
  return sum / errors.size;
}
