/** From what a user points at (`--data`, a choice in the wizard) to the data of a recipe. */

import type { DataChoice } from '../../../protocol/runs.ts';
import { loadDataFile } from '../data/data-file.ts';
import { metricNames, type MetricName } from '../data/metrics/metric-schema.ts';
import { openDataset } from '../data/open-dataset.ts';
import type { DataSource, DataSources } from '../data/source-schema.ts';
import { LatheError } from '../errors.ts';
import type { Model } from '../model/model.ts';
import { didYouMean } from '../util/nearest.ts';
import { modelInputs } from './open-data.ts';
import { rebaseSources } from './rebase.ts';

/**
 * The sources that `path` names, with paths that start at `folder`.
 *
 * @param path a data file, a folder, an .npz, or the word `random`
 * @throws LatheError `FILE`, `DATA` or `RECIPE` for data that are not there or not understood
 */
export async function sourcesOf(path: string, folder: string): Promise<DataSources> {
  const { baseDir, ...sources } = await loadDataFile(path);
  return rebaseSources(sources, baseDir, folder);
}

/**
 * The same for a choice, without which data are random.
 *
 * @throws LatheError as `sourcesOf`, and `USAGE` for an unknown metric
 */
export async function chosenSources(choice: DataChoice | undefined, folder: string): Promise<DataSources> {
  const metric = choice?.metric;
  const known = metricNames.find((name) => name === metric);
  if (metric !== undefined && !known) {
    throw new LatheError('USAGE', `Unknown metric "${metric}".${didYouMean(metric, metricNames)}`);
  }
  return withMetric(await sourcesOf(choice?.data ?? 'random', folder), known);
}

/** The same sources, measured by `metric`. */
export function withMetric(sources: DataSources, metric: MetricName | undefined): DataSources {
  const { evaluation } = sources;
  if (!evaluation || metric === undefined) return sources;
  const measured: DataSource = { ...evaluation, metric };
  return { ...sources, ...(sources.calibration === evaluation && { calibration: measured }), evaluation: measured };
}

/** Calibration needs no more than this: ranges change little with further samples. */
const calibrationSamples = 100;
/** It never takes more than this share of data that the metric is measured on, too. */
const largestShare = 1 / 4;
/** What training takes of it. */
const trainingShare = 4 / 5;
/** With fewer samples both use all of them. */
const fewestToSplit = 40;

/**
 * The same sources, with what calibration takes of a shared one written down, so that the recipe says all.
 *
 * @param folder where the sources' paths start
 * @param limit the most samples to measure on
 * @param trains training takes a part of a shared source, too
 */
export async function splitSources(
  sources: DataSources,
  model: Model,
  folder: string,
  limit: number | undefined,
  trains = false,
): Promise<DataSources> {
  const { calibration, evaluation } = sources;
  const measured = evaluation && limit !== undefined ? { ...evaluation, limit } : evaluation;
  if (!calibration || calibration !== evaluation || calibration.random !== undefined) {
    return { ...sources, ...(measured && { evaluation: measured }) };
  }
  const { size } = await openDataset(calibration, modelInputs(model), { baseDir: folder, seed: 0 });
  if (size < fewestToSplit) return { ...sources, evaluation: measured! };
  const isSplit = trains && !sources.training;
  const count = Math.min(calibrationSamples, Math.floor(size * largestShare));
  // What is about measuring means nothing for calibration.
  const { metric: _metric, output: _output, threshold: _threshold, decoder: _decoder, ...source } = calibration;
  if (isSplit) {
    // Calibration may see what is trained on; the metric may not.
    const trained = Math.round(size * trainingShare);
    return {
      calibration: { ...source, shuffle: true, limit: Math.min(count, trained) },
      training: { ...source, shuffle: true, limit: trained },
      evaluation: {
        ...evaluation, shuffle: true, skip: (source.skip ?? 0) + trained, ...(limit !== undefined && { limit }),
      },
    };
  }
  if (limit === undefined) return { ...sources, calibration: { ...source, limit: count } };
  // In one random order the first samples are for calibration and the next ones are measured on.
  const skip = (source.skip ?? 0) + count;
  return {
    ...sources,
    calibration: { ...source, shuffle: true, limit: count },
    evaluation: { ...evaluation, shuffle: true, skip, limit },
  };
}
