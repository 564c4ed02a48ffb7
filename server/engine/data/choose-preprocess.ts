/** Finds out how a classifier wants its pictures when nobody says: the usual ways are tried on labelled pictures. */

import { isFloatType } from '../tensor/dtype.ts';
import type { Feeds } from '../tensor/tensor-value.ts';
import { throwIfCancelled } from '../errors.ts';
import type { ModelInput } from './dataset.ts';
import { createMetric } from './metrics/create-metric.ts';
import type { Outputs } from './metrics/metric.ts';
import { openDataset } from './open-dataset.ts';
import { pictureForm, pictureInput } from './preprocess/input-form.ts';
import { assumedPreset } from './preprocess/plan.ts';
import type { PresetName } from './preprocess/schema.ts';
import type { DataSource } from './source-schema.ts';
import type { OpenOptions } from './sources/open-options.ts';

export interface ChosenPreprocess {
  readonly preset: PresetName;
  /** How it was found, for the user. */
  readonly note: string;
}

/** Enough to tell a right way from a wrong one, few enough to take no time. */
const pictures = 48;

/** By how much more pictures another way must get right before it replaces the usual one. */
const margin = 0.05;

const candidates: readonly PresetName[] = ['imagenet', 'unit', 'signed-unit', 'imagenet-caffe', 'none'];

/**
 * The preset with which the model gets most of a few labelled pictures right; undefined where there is nothing to
 * choose: `preprocess` is given, the pictures have no classes, or the input takes no floating-point pictures.
 *
 * @param run runs the float model
 * @throws LatheError as `openDataset` and `run`
 */
export async function choosePreprocess(
  source: DataSource,
  inputs: readonly ModelInput[],
  options: OpenOptions,
  run: (feeds: Feeds) => Promise<Outputs>,
): Promise<ChosenPreprocess | undefined> {
  if (source.images === undefined || source.preprocess !== undefined || source.carry) return undefined;
  const input = pictureInput(inputs, source.input);
  const form = pictureForm(input);
  if (!form || !isFloatType(input.dtype)) return undefined;
  const assumed = assumedPreset(input.dtype, form);
  const limit = Math.min(pictures, source.limit ?? pictures);
  const shares = new Map<PresetName, number>();
  let tried = 0;
  for (const preset of candidates) {
    const dataset = await openDataset({ ...source, preprocess: preset, limit }, inputs, options);
    if (typeof dataset.label(0) !== 'number') return undefined;
    const top1 = createMetric('top1', { output: source.output, threshold: source.threshold }).run();
    for await (const sample of dataset.samples()) {
      throwIfCancelled(options.signal);
      top1.add(sample, await run(sample.feeds));
    }
    const { value, samples } = top1.result();
    shares.set(preset, value);
    tried = samples;
  }
  const [best, share] = [...shares].reduce((a, b) => (b[1] > a[1] ? b : a));
  const usual = shares.get(assumed)!;
  const preset = share > usual + margin ? best : assumed;
  const percent = (value: number): string => `${Math.round(value * 100)} %`;
  const others = [...shares].filter(([name]) => name !== preset).map(([name, value]) => `${name} ${percent(value)}`);
  return {
    preset,
    note: `No "preprocess" is given. Of the usual ones "${preset}" is taken: with it the model gets `
      + `${percent(shares.get(preset)!)} of ${tried} pictures right (${others.join(', ')}).`,
  };
}
