/** Figures after seconds: a rough calibration, and every layer on very few samples. The real study replaces them. */

import type { Model } from '../model/model.ts';
import type { PassContext } from '../passes/pass.ts';
import type { QuantizeOptions } from '../passes/quantize/options.ts';
import { prepareStatic } from '../passes/quantize/static/static-pass.ts';
import type { Study } from './findings.ts';
import { studyLayers, type StudyOptions } from './study-layers.ts';

const calibrationSamples = 6;
const samples = 2;

/** undefined where the data are so few that the study itself is as quick, or no layer can be integer. */
export async function firstLook(
  model: Model,
  options: QuantizeOptions,
  study: Omit<StudyOptions, 'maker' | 'exhaustive' | 'quick'>,
): Promise<Study | undefined> {
  const { context, data } = study;
  const { calibration } = context;
  if (!calibration || data.carry) return undefined;
  if (calibration.size < 2 * calibrationSamples || data.size < 4 * samples) return undefined;
  const few: PassContext = {
    ...context,
    calibration: calibration.subset(Array.from({ length: calibrationSamples }, (_, i) => i)),
    progress: (_, done, total) => context.progress('A first look', done, total),
  };
  const rough: QuantizeOptions = { ...options, calibration: 'mse', rounding: 'nearest', biasCorrection: false };
  const maker = await prepareStatic(model, rough, few, []);
  if (!maker) return undefined;
  const first = data.subset(Array.from({ length: samples }, (_, i) => Math.floor((i * data.size) / samples)));
  return studyLayers({ ...study, context: few, data: first, maker, quick: true });
}
