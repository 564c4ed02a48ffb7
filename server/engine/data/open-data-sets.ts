/** Opens what a recipe or a data file names: sets for calibration, evaluation and training, kept apart. */

import type { Dataset, ModelInput } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import type { DataSource, DataSources } from './source-schema.ts';
import type { OpenOptions } from './sources/open-options.ts';
import { splitForCalibration, withoutCalibration } from './split.ts';

export interface DataSets {
  readonly calibration?: Dataset;
  readonly evaluation?: Dataset;
  readonly training?: Dataset;
  /** The source of `evaluation`: it has the metric and its options. */
  readonly evaluationSource?: DataSource;
  /** How the sets were kept apart, and what each source assumed; for the user. */
  readonly notes: readonly string[];
}

export interface OpenSetsOptions extends OpenOptions {
  /** Samples that calibration takes of a source that serves both; 128 by default. */
  readonly calibrationSamples?: number;
}

/**
 * One source for calibration and evaluation is split; of two that share samples, evaluation gives them up.
 *
 * @throws LatheError as `openDataset`
 */
export async function openDataSets(
  sources: DataSources,
  inputs: readonly ModelInput[],
  options: OpenSetsOptions,
): Promise<DataSets> {
  const evaluationSource = sources.evaluation ?? sources.calibration;
  const training = sources.training && await openDataset(sources.training, inputs, options);
  const withTraining = training && { training };
  if (!evaluationSource) return { ...withTraining, notes: training?.notes ?? [] };
  const all = await openDataset(evaluationSource, inputs, options);
  const notes = [...all.notes, ...(training?.notes ?? [])];
  const { calibration: calibrationSource } = sources;
  if (!calibrationSource || calibrationSource === evaluationSource) {
    const split = splitForCalibration(all, options.calibrationSamples ?? 128, options.seed);
    const { calibration, evaluation } = split;
    return { calibration, evaluation, evaluationSource, ...withTraining, notes: [...notes, split.note] };
  }
  const calibration = await openDataset(calibrationSource, inputs, options);
  const { dataset, note } = withoutCalibration(all, calibration);
  return {
    calibration,
    evaluation: dataset,
    evaluationSource,
    ...withTraining,
    notes: [...new Set([...notes, ...calibration.notes, ...(note === undefined ? [] : [note])])],
  };
}
