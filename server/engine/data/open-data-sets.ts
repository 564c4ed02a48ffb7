/** Opens what a recipe or a data file names: sets for calibration, evaluation and training, kept apart. */

import type { Dataset, ModelInput } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import type { DataSource, DataSources } from './source-schema.ts';
import type { OpenOptions } from './sources/open-options.ts';
import { splitForCalibration, splitForTraining, withoutCalibration } from './split.ts';

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
  /** A step of the run trains. */
  readonly trains?: boolean;
}

/**
 * One source for calibration and evaluation is split; of two that share samples, evaluation gives them up. Where a run
 * trains without a source of its own for it, it trains on what the metric is not measured on.
 *
 * @throws LatheError as `openDataset`
 */
export async function openDataSets(
  sources: DataSources,
  inputs: readonly ModelInput[],
  options: OpenSetsOptions,
): Promise<DataSets> {
  const { calibration: calibrationSource } = sources;
  const evaluationSource = sources.evaluation ?? calibrationSource;
  const training = sources.training && await openDataset(sources.training, inputs, options);
  const withTraining = training && { training };
  if (!evaluationSource) return { ...withTraining, notes: training?.notes ?? [] };
  const all = await openDataset(evaluationSource, inputs, options);
  const notes = [...all.notes, ...(training?.notes ?? [])];
  const count = options.calibrationSamples ?? 128;
  if (!calibrationSource || calibrationSource === evaluationSource) {
    if (options.trains && !training) {
      const { note, ...split } = splitForTraining(all, count, options.seed);
      return { ...split, evaluationSource, notes: [...notes, note] };
    }
    const { dataset, note: left } = apart(all, training);
    const { note, ...split } = splitForCalibration(dataset, count, options.seed);
    return { ...split, evaluationSource, ...withTraining, notes: [...notes, ...left, note] };
  }
  const calibration = await openDataset(calibrationSource, inputs, options);
  const { dataset, note } = apart(all, training);
  const rest = withoutCalibration(dataset, calibration);
  const substitute = options.trains && !training;
  return {
    calibration,
    evaluation: rest.dataset,
    evaluationSource,
    ...(substitute ? { training: calibration } : withTraining),
    notes: [...new Set([
      ...notes,
      ...calibration.notes,
      ...note,
      ...(rest.note === undefined ? [] : [rest.note]),
      ...(substitute ? [trainsOnCalibration(calibration.size)] : []),
    ])],
  };
}

/** The metric must not be measured on what was trained on. */
function apart(evaluation: Dataset, training: Dataset | undefined): { dataset: Dataset; note: readonly string[] } {
  if (!training) return { dataset: evaluation, note: [] };
  const { dataset, note } = withoutCalibration(evaluation, training, 'training');
  return { dataset, note: note === undefined ? [] : [note] };
}

function trainsOnCalibration(samples: number): string {
  return `Training uses the ${samples} calibration samples: more of them, under "training:", give a better result.`;
}
