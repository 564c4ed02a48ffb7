/** What the calibration data do for rounding: inputs that are scaled, layers rounded in sequence, scales that learn. */

import { LatheError } from '../../../errors.ts';
import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import type { Dataset } from '../../../data/dataset.ts';
import type { PassContext, PassNote } from '../../pass.ts';
import { constantBytes } from '../candidates.ts';
import type { QuantizeOptions } from '../options.ts';
import { scaleByActivations } from './activation-aware.ts';
import type { BlockGrid } from './block-weights.ts';
import { observeMoments } from './observe-moments.ts';
import { planStages, roundInSequence, type SequenceResult } from './round-in-sequence.ts';
import { tuneScales } from './tune-scales.ts';
import { findWeightLayers, type WeightLayer } from './weight-layers.ts';
import type { Observed } from './weight-only-candidates.ts';
import { weightOnlySettings } from './weight-only-settings.ts';

/** Weights that may be read in all while layers are rounded one after the other: some minutes on two cores. */
const affordableBytes = 4e11;

export interface Learnt {
  /** Computes what the given model does; its layers give what those of the quantized one are to give. */
  readonly reference: Model;
  /** From which candidates are made: gains and biases may have learnt too. */
  readonly model: Model;
  readonly observed: Observed;
}

/**
 * @param notes what was done is added to them
 * @throws LatheError `DATA` when a method that goes by data has none
 */
export async function learnFromData(
  model: Model,
  options: QuantizeOptions,
  context: PassContext,
  notes: PassNote[],
): Promise<Learnt> {
  const data = calibrationFor(options, context);
  if (!data) return { reference: model, model, observed: { moments: new Map(), sequence: new Map() } };
  if (data.synthetic) notes.push({ severity: 'warning', message: 'Weights were rounded by synthetic data.' });
  const { method } = options;
  const reference = method === 'gptq' ? model : await scaled(model, options, data, context, notes);
  const narrow = narrowLayers(reference, options, context);
  const stages = method === 'awq' ? [] : planStages(reference, narrow);
  const bytes = stages.length * data.size * constantBytes(reference);
  const sequence: SequenceResult = bytes <= affordableBytes
    ? await roundInSequence(reference, stages, data, context)
    : new Map();
  const others = narrow.flatMap(({ layer }) => (sequence.has(layer.node.label) ? [] : [layer]));
  const moments = await observeMoments(reference, others, data, context);
  const tuned = method === 'auto' ? await tune(reference, sequence, data, context, notes) : undefined;
  return { reference, model: tuned?.model ?? reference, observed: { moments, sequence: tuned?.sequence ?? sequence } };
}

function calibrationFor({ method }: QuantizeOptions, { calibration }: PassContext): Dataset | undefined {
  if (method === 'nearest' || method === 'hqq') return undefined;
  if (calibration || method === 'auto') return calibration;
  throw new LatheError('DATA', `Rounding by ${method} needs calibration data.`, {
    fix: 'Name data for calibration ("data:" in a recipe, "--data" on the command line), or use method: hqq, which '
      + 'needs none.',
  });
}

interface GriddedLayer {
  readonly layer: WeightLayer;
  readonly grid: BlockGrid;
}

/** Layers of the main graph that get fewer than 8 bits: 8 are so fine that rounding to nearest serves. */
function narrowLayers(model: Model, options: QuantizeOptions, context: PassContext): GriddedLayer[] {
  const settings = weightOnlySettings(options, context.target);
  return findWeightLayers(model.graph, Constants.of(model)).flatMap((layer) => {
    const { bits } = settings.of(layer);
    return bits !== 'float' && bits < 8 ? [{ layer, grid: settings.grid(layer, bits) }] : [];
  });
}

async function scaled(
  model: Model,
  options: QuantizeOptions,
  data: Dataset,
  context: PassContext,
  notes: PassNote[],
): Promise<Model> {
  const layers = narrowLayers(model, options, context).filter(({ layer }) => layer.product);
  const moments = await observeMoments(model, layers.map(({ layer }) => layer), data, context);
  const result = scaleByActivations(model, layers, moments);
  if (result.scaled === 0) return model;
  const message = `Inputs of layers at ${result.scaled} places were scaled so that weights that count more err less.`;
  notes.push({ severity: 'info', message });
  return result.model;
}

/** Lets the scales of layers rounded in sequence learn what the float network answers, where that helps. */
async function tune(
  model: Model,
  sequence: SequenceResult,
  data: Dataset,
  context: PassContext,
  notes: PassNote[],
): Promise<{ readonly model: Model; readonly sequence: SequenceResult } | undefined> {
  const tuned = data.synthetic ? undefined : await tuneScales(model, sequence, data, context);
  if (!tuned) return undefined;
  const copy = model.clone();
  const editor = new GraphEditor(copy);
  for (const [name, tensor] of tuned.vectors) editor.replaceConstant(name, tensor);
  editor.finish();
  const share = Math.round((1 - tuned.after / tuned.before) * 100);
  const message = `Scales of ${sequence.size} layers learnt from the float network: on samples that they were not `
    + `taught with, the answers come ${share} % nearer to its own.`;
  notes.push({ severity: 'info', message });
  return { model: copy, sequence: tuned.sequence };
}
