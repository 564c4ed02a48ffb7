/** Static int8 as a pass: prepare, equalize, calibrate, choose, and search until the accuracy goal holds. */

import { LatheError } from '../../../errors.ts';
import type { Model } from '../../../model/model.ts';
import { equalizableValues, equalizeChannels } from '../../equalize/equalize.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { LayerAction, PassContext, PassNote, PassResult } from '../../pass.ts';
import { compareModels, observeModel } from '../observe.ts';
import type { QuantizeOptions } from '../options.ts';
import { resolveSettings } from '../settings.ts';
import { calibrate } from './calibrate.ts';
import { StaticCandidates } from './choose.ts';
import { planQuantization } from './plan.ts';
import type { StaticResult } from './quantize-static.ts';
import { searchWithinGoal } from './search.ts';

/** Samples on which each layer's own error is measured for the report. */
const reportedSamples = 16;

/** Carries out `scheme: int8`. Throws `DATA` without calibration data. */
export async function applyStatic(model: Model, options: QuantizeOptions, context: PassContext): Promise<PassResult> {
  const data = context.calibration;
  if (!data) {
    throw new LatheError('DATA', 'Quantizing activations needs calibration data.', {
      fix: 'Give --data with a folder of pictures or arrays, or use scheme: dynamic, which needs none.',
    });
  }
  const settings = resolveSettings(options, context.target);
  const lifted = liftOpset(model, settings.activationType.endsWith('16') ? 21 : 13);
  const plan = planQuantization(lifted.clone(), (node) => settings.wanted(node));
  if (plan.groupOf.size === 0) return nothingToDo(model);

  const notes: PassNote[] = [];
  if (data.synthetic) notes.push({ severity: 'warning', message: 'Ranges were calibrated on synthetic data.' });
  const prepared = await equalized(lifted, options, context, notes);
  const planned = planQuantization(prepared.clone(), (node) => settings.wanted(node));
  const calibration = await calibrate(prepared, planned, data, context);
  const candidates = new StaticCandidates(prepared, calibration, options, context.target);
  const { method, outputDb } = await candidates.chooseMethod(data, context);
  notes.push({
    severity: 'info',
    message: `Ranges by ${method}, from ${calibration.samples} samples: ${outputDb.toFixed(1)} dB at the outputs.`,
  });
  const chosen = await searchWithinGoal(candidates, method, context);
  notes.push(...chosen.notes);
  return { model: chosen.result.model, layers: await layerActions(prepared, chosen.result, context), notes };
}

function nothingToDo(model: Model): PassResult {
  const message = 'No layer of the model has weights that static int8 can quantize; the model is unchanged.';
  return { model, layers: [], notes: [{ severity: 'warning', message }] };
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
  const results = await observeModel(model, specs, context.calibration!, context, 'Reading channel ranges');
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

/** What became of each layer, with the error of its output in the whole quantized network. */
async function layerActions(prepared: Model, result: StaticResult, context: PassContext): Promise<LayerAction[]> {
  const values = new Set(result.values);
  const outputs = [...new Set(result.layers.map((layer) => layer.output))].filter((name) => values.has(name));
  const errors = await compareModels(prepared, result.model, outputs, context.calibration!, reportedSamples, context);
  return result.layers.map(({ name, opType, integer, output, reason, weightSqnrDb }) => {
    const sqnrDb = errors.get(output)?.sqnrDb ?? weightSqnrDb;
    return {
      name,
      opType,
      action: integer ? 'int8' : 'float',
      ...(integer && sqnrDb !== undefined && Number.isFinite(sqnrDb) && { sqnrDb }),
      ...(reason !== undefined && { reason }),
    };
  });
}
