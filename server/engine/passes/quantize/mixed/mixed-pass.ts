/**
 * `scheme: mixed`: every layer gets the precision that serves the whole best. Costs and harms of single layers are
 * measured, a knapsack over them gives the front of what is possible, and points of that front are made and measured as
 * whole networks before one is delivered.
 */

import type { Model } from '../../../model/model.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { PassContext, PassNote, PassResult } from '../../pass.ts';
import { plural } from '../../../util/words.ts';
import { applyDynamic } from '../dynamic/dynamic-pass.ts';
import { constantBytes, type Candidate } from '../candidates.ts';
import { layerActions } from '../layer-actions.ts';
import type { QuantizeOptions } from '../options.ts';
import { prepareStatic } from '../static/static-pass.ts';
import { MixedFront } from './front.ts';
import { layerTimes } from './layer-times.ts';
import { isInteger, precisionsFor, type Precision } from './precisions.ts';
import { measureOptions } from './sensitivities.ts';
import { searchFront } from './search-front.ts';

/** Weights of 4 bits came with it. */
const mixedOpset = 21;

/** Carries out `scheme: mixed`. Throws `DATA` without calibration data. */
export async function applyMixed(model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> {
  const notes: PassNote[] = [];
  const { front, maker } = await prepareMixed(model, options, context, notes) ?? {};
  if (!front || !maker) {
    const message = 'No layer of the main graph can compute with integers of fixed ranges: dynamic int8 was used.';
    const result = await applyDynamic(model, options, context);
    return { ...result, notes: [{ severity: 'info', message }, ...result.notes] };
  }
  const found = await searchFront(front, options.budget, context);
  notes.push(...found.notes, { severity: 'info', message: countsInWords(found.candidate) });
  const layers = await layerActions(maker.prepared, found.candidate, context.calibration, context);
  return { model: found.candidate.model, layers, notes };
}

/**
 * Everything up to the front: a calibrated network, and what each precision of each layer costs and harms.
 *
 * @param notes what was done is added to them
 * @returns undefined when no layer of the main graph has an integer kernel
 * @throws LatheError `DATA` without calibration data
 */
export async function prepareMixed(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<{ readonly front: MixedFront; readonly maker: MixedFront['maker'] } | undefined> {
  // Biases would take up what was measured with all layers in int8, which they will not be.
  const uniform: QuantizeOptions = { ...options, scheme: 'int8', biasCorrection: false };
  const maker = await prepareStatic(liftOpset(model, mixedOpset), uniform, context, notes);
  if (!maker) return undefined;
  const all = maker.make();
  const layers = all.layers.filter(({ mode }) => mode !== 'float');
  const precisions = precisionsFor(context.target, options.precisions);
  const data = context.calibration!;
  const measured = await measureOptions(maker, layers, precisions, data, context);
  const byTime = options.budget?.latency !== undefined || (!options.budget && context.judge?.prefer === 'latency');
  if (!byTime) return { maker, front: new MixedFront(maker, measured, ({ bytes }) => bytes) };
  const feeds = (await data.at(0)).feeds;
  const inFloat = await layerTimes(maker.prepared, feeds, context);
  const inIntegers = await layerTimes(all.model, feeds, context);
  const timeOf = (layer: string, precision: Precision): number =>
    (isInteger(precision) ? inIntegers.get(layer) : undefined) ?? inFloat.get(layer) ?? 0;
  return { maker, front: new MixedFront(maker, measured, ({ precision }, layer) => timeOf(layer, precision)) };
}

function countsInWords({ layers, model }: Candidate): string {
  const counts = new Map<string, number>();
  for (const { action } of layers) counts.set(action, (counts.get(action) ?? 0) + 1);
  const parts = [...counts].sort((a, b) => b[1] - a[1]).map(([action, count]) => `${count} ${action}`);
  return `Of ${plural(layers.length, 'layer')}: ${parts.join(', ')}; ${constantBytes(model)} bytes of constants.`;
}
