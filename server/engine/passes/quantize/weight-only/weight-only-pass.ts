/**
 * Schemes that store weights in few bits and compute in float: rounding by what layers are fed, a form of storage that
 * suits the target, and the search for the accuracy goal, in which layers become wider.
 */

import { LatheError } from '../../../errors.ts';
import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import { liftOpset } from '../../opset/lift-opset.ts';
import type { PassContext, PassNote, PassResult } from '../../pass.ts';
import { constantBytes, type Candidate } from '../candidates.ts';
import { layerActions } from '../layer-actions.ts';
import type { QuantizeOptions } from '../options.ts';
import { widenWithinGoal } from '../search.ts';
import { observeMoments } from './observe-moments.ts';
import { planStages, roundInSequence, type SequenceResult } from './round-in-sequence.ts';
import { WeightOnlyCandidates, type Observed } from './weight-only-candidates.ts';
import { weightOnlySettings } from './weight-only-settings.ts';
import { findWeightLayers } from './weight-layers.ts';

/** A form must be faster by this share to be preferred to the one that needs less memory. */
const worthwhileGain = 0.05;
/** Weights that may be read in all while layers are rounded one after the other: some minutes on two cores. */
const affordableBytes = 4e11;

/** Throws `DATA` when a method that goes by data has none. */
export async function applyWeightOnly(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
): Promise<PassResult> {
  const prepared = liftOpset(model, 13);
  const notes: PassNote[] = [];
  const observed = await observe(prepared, options, context, notes);
  const candidates = new WeightOnlyCandidates(prepared, options, context.target, observed);
  const start = await inBestForm(candidates, options, context, notes);
  const { result, notes: found } = await widenWithinGoal(candidates, start, context);
  const data = context.calibration ?? context.evaluation;
  const layers = await layerActions(prepared, result, data, context);
  return { model: result.model, layers, notes: [...notes, ...found] };
}

/** What the calibration data tell: layers rounded in sequence where that is quick enough, moments for the others. */
async function observe(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<Observed> {
  const nothing: Observed = { moments: new Map(), sequence: new Map() };
  const { method } = options;
  if (method === 'nearest' || method === 'hqq') return nothing;
  const data = context.calibration;
  if (!data) {
    if (method === 'auto') return nothing;
    throw new LatheError('DATA', `Rounding by ${method} needs calibration data.`, {
      fix: 'Name data for calibration ("data:" in a recipe, "--data" on the command line), or use method: hqq, which '
        + 'needs none.',
    });
  }
  if (data.synthetic) notes.push({ severity: 'warning', message: 'Weights were rounded by synthetic data.' });
  const settings = weightOnlySettings(options, context.target);
  const narrow = findWeightLayers(model.graph, Constants.of(model)).flatMap((layer) => {
    const { bits } = settings.of(layer);
    return bits !== 'float' && bits < 8 ? [{ layer, grid: settings.grid(layer, bits) }] : [];
  });
  const stages = method === 'awq' ? [] : planStages(model, narrow);
  const bytes = stages.length * data.size * constantBytes(model);
  const sequence: SequenceResult = bytes <= affordableBytes
    ? await roundInSequence(model, stages, data, context)
    : new Map();
  const others = narrow.flatMap(({ layer }) => (sequence.has(layer.node.label) ? [] : [layer]));
  return { sequence, moments: await observeMoments(model, others, data, context) };
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
    candidates.form = storage === 'packed' ? 'packed' : 'unpacked';
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
