/** Static int8 as a pass: prepare, equalize, calibrate, choose, and search until the accuracy goal holds. */

import type { Dataset } from '../../../data/dataset.ts';
import { LatheError } from '../../../errors.ts';
import type { Model } from '../../../model/model.ts';
import { equalizableValues, equalizeChannels } from '../../equalize/equalize.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { Node } from '../../../model/node.ts';
import type { PassContext, PassNote, PassResult } from '../../pass.ts';
import { applyDynamic } from '../dynamic/dynamic-pass.ts';
import { layerActions } from '../layer-actions.ts';
import { observeModel } from '../../observe.ts';
import type { QuantizeOptions } from '../options.ts';
import { searchWithinGoal } from '../search.ts';
import { resolveSettings, type QuantizeSettings } from '../settings.ts';
import { calibrate } from './calibrate.ts';
import { fusionNotes } from './check-fused.ts';
import { StaticCandidates } from './choose.ts';
import { planQuantization } from './plan.ts';

/** Channels are equalized by what a part of the data shows: their ratios, not their exact ranges, are what counts. */
const rangeSamples = 32;

/** Carries out `scheme: int8`. Throws `DATA` without calibration data. */
export async function applyStatic(model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> {
  const notes: PassNote[] = [];
  const candidates = await prepareStatic(model, options, context, notes);
  if (!candidates) {
    const message = 'No layer of the main graph can compute with integers of fixed ranges: dynamic int8 was used.';
    const result = await applyDynamic(model, options, context);
    return { ...result, notes: [{ severity: 'info', message }, ...result.notes] };
  }
  const chosen = await searchWithinGoal(candidates, context);
  notes.push(...chosen.notes, ...await fusionNotes(chosen.result.model, context));
  const layers = await layerActions(candidates.prepared, chosen.result, context.calibration, context);
  return { model: chosen.result.model, layers, notes };
}

/**
 * Everything up to the first candidate: equalized channels, observed values, the calibrator that comes out best.
 *
 * @param notes what was done is added to them
 * @returns undefined when no layer of the main graph has an integer kernel
 * @throws LatheError `DATA` without calibration data
 */
export async function prepareStatic(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<StaticCandidates | undefined> {
  const data = context.calibration;
  if (!data) {
    throw new LatheError('DATA', 'Quantizing activations needs calibration data.', {
      fix: 'Name data for calibration ("data:" in a recipe, "--data" on the command line), or use scheme: dynamic, '
        + 'which needs none.',
    });
  }
  const settings = resolveSettings(options, context.target);
  const lifted = liftOpset(model, neededOpset(model, settings));
  const wanted = (node: Node): boolean => settings.mode(node) === 'int8';
  if (planQuantization(lifted.clone(), wanted).groupOf.size === 0) return undefined;
  if (data.synthetic) notes.push({ severity: 'warning', message: 'Ranges were calibrated on synthetic data.' });
  const prepared = await equalized(lifted, options, context, notes);
  const calibration = await calibrate(prepared, planQuantization(prepared.clone(), wanted), data, context);
  const candidates = new StaticCandidates(prepared, calibration, options, context.target);
  const { method, outputDb, biasGainDb } = await candidates.chooseWay(data, context);
  notes.push({
    severity: 'info',
    message: `Ranges by ${method}, from ${calibration.samples} samples: ${outputDb.toFixed(1)} dB at the outputs.`,
  });
  if (biasGainDb !== undefined) {
    const message = `Biases take up the shift of means: ${biasGainDb.toFixed(1)} dB nearer to float at the outputs.`;
    notes.push({ severity: 'info', message });
  }
  return candidates;
}

/** 16-bit activations and 4-bit weights came with opset 21. */
function neededOpset(model: Model, settings: QuantizeSettings): 13 | 21 {
  const isOdd = (node: Node): boolean =>
    settings.weightType(node) === 'int4' || settings.ownActivationType(node)?.endsWith('16') === true;
  return settings.activationType.endsWith('16') || model.graph.nodes.some(isOdd) ? 21 : 13;
}

/** The model with equalized channels, where it has any to equalize. */
async function equalized(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<Model> {
  const values = options.equalize ? equalizableValues(model) : [];
  if (values.length === 0) return model;
  const specs = values.map((tap) => ({ kind: 'range', tap, channelAxis: 1 }) as const);
  const data = spread(context.calibration!, rangeSamples);
  const results = await observeModel(model, specs, data, context, 'Reading channel ranges');
  const ranges = new Map<string, Float64Array>();
  for (const result of results) {
    if (result.kind !== 'range' || !result.channelMax || !result.channelMin) continue;
    const { channelMin } = result;
    ranges.set(result.tap, result.channelMax.map((max, c) => Math.max(max, -channelMin[c]!)));
  }
  const { model: scaled, scaled: count } = equalizeChannels(model, ranges);
  if (count > 0) notes.push({ severity: 'info', message: `${count} channels were equalized before quantization.` });
  return scaled;
}

/** At most `count` samples, evenly spread; sequences that carry a state are left whole. */
function spread(data: Dataset, count: number): Dataset {
  if (data.size <= count || data.carry) return data;
  return data.subset(Array.from({ length: count }, (_, i) => Math.floor((i * data.size) / count)));
}
