/**
 * Schemes that store weights in few bits and compute in float: rounding by what layers are fed, a form of storage that
 * suits the target, and the search for the accuracy goal, in which layers become wider.
 */

import type { Model } from '../../../model/model.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { PassContext, PassNote, PassResult } from '../../pass.ts';
import type { Candidate } from '../candidates.ts';
import { layerActions } from '../layer-actions.ts';
import type { QuantizeOptions } from '../options.ts';
import { widenWithinGoal } from '../search.ts';
import { learnFromData } from './learn-from-data.ts';
import { WeightOnlyCandidates } from './weight-only-candidates.ts';
import { weightOnlySettings } from './weight-only-settings.ts';

/** A form must be faster by this share to be preferred to the one that needs less memory. */
const worthwhileGain = 0.05;

/** Throws `DATA` when a method that goes by data has none. */
export async function applyWeightOnly(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
): Promise<PassResult> {
  // Blocks of DequantizeLinear, and its 4-bit types, came with operator set 21.
  const prepared = liftOpset(model, options.storage === 'dequantize' ? 21 : 13);
  const notes: PassNote[] = [];
  const { reference, model: learnt, observed } = await learnFromData(prepared, options, context, notes);
  const candidates = new WeightOnlyCandidates(learnt, options, context.target, observed);
  const start = await inBestForm(candidates, options, context, notes);
  const { result, notes: found } = await widenWithinGoal(candidates, start, context);
  const data = context.calibration ?? context.evaluation;
  const layers = await layerActions(reference, result, data, context);
  return { model: result.model, layers, notes: [...notes, ...found] };
}

/** Packed and unpacked weights take the same bytes: which runs faster here is measured where a judge can. */
async function inBestForm(
  candidates: WeightOnlyCandidates,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<Candidate> {
  const { bits, storage } = weightOnlySettings(options, context.target);
  if (storage !== 'auto') {
    candidates.form = storage;
    return candidates.make();
  }
  // The kernels for 2 and 8 bits make the weights float in every run.
  candidates.form = bits === 4 ? 'packed' : 'unpacked';
  const first = candidates.make();
  if (!context.judge || bits !== 4) return first;
  candidates.form = 'unpacked';
  const second = candidates.make();
  const [packedMs = 0, unpackedMs = 0] = await context.judge.latencies([first.model, second.model]);
  if (unpackedMs < packedMs * (1 - worthwhileGain)) {
    const ratio = (packedMs / unpackedMs).toFixed(2);
    const message = `Weights are unpacked when the model is loaded: here it runs ${ratio}x as fast as with kernels `
      + 'that compute from packed ones, and needs as much memory as the float model.';
    notes.push({ severity: 'info', message });
    return second;
  }
  candidates.form = 'packed';
  return first;
}
