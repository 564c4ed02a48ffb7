/** The options that say which data to use: the same on every command that takes some. */

import { loadDataFile } from '../engine/data/data-file.ts';
import { metricNames, type MetricName } from '../engine/data/metrics/metric-schema.ts';
import { openDataset } from '../engine/data/open-dataset.ts';
import type { DataSource, DataSources } from '../engine/data/source-schema.ts';
import type { Model } from '../engine/model/model.ts';
import { withChosenPreprocess } from '../engine/recipe/chosen-preprocess.ts';
import { modelInputs } from '../engine/recipe/open-data.ts';
import { rebaseSources } from '../engine/recipe/rebase.ts';
import type { Arguments } from './arguments.ts';
import type { CommandContext, OptionSpec } from './command.ts';
import { runOptions } from './run-options.ts';

export const dataOption: OptionSpec = {
  name: 'data',
  value: 'D',
  summary: 'a data file (.yaml), a folder of pictures, an .npz, or "random"',
};

export const metricOption: OptionSpec = {
  name: 'metric',
  value: 'M',
  summary: 'what to measure; by default what suits the data',
  choices: metricNames,
};

export const limitOption: OptionSpec = { name: 'limit', value: 'N', summary: 'measure on at most N samples' };

export const calibrationOption: OptionSpec = {
  name: 'calibration',
  value: 'D',
  summary: 'other data for calibration; by default a part of --data that is not measured on',
};

/**
 * The sources that the options name, with paths that start at `folder`; without any, random data.
 *
 * @throws LatheError `FILE`, `DATA` or `RECIPE` for data that are not there or not understood
 */
export async function dataSources(args: Arguments, folder: string): Promise<DataSources> {
  const given = args.text('data');
  const calibrationData = args.text('calibration');
  let sources = await sourcesOf(given ?? calibrationData ?? 'random', folder);
  if (calibrationData !== undefined) {
    const { calibration } = await sourcesOf(calibrationData, folder);
    sources = { ...sources, ...(calibration && { calibration }) };
  }
  const metric = args.text('metric') as MetricName | undefined;
  const { evaluation } = sources;
  if (!evaluation || metric === undefined) return sources;
  const measured: DataSource = { ...evaluation, metric };
  return { ...sources, ...(sources.calibration === evaluation && { calibration: measured }), evaluation: measured };
}

/** The same, with the preprocessing of pictures found out where nobody says it: that is told on standard error. */
export async function sourcesFor(context: CommandContext, model: Model, folder: string): Promise<DataSources> {
  const { args, output } = context;
  const given = await dataSources(args, folder);
  const { sources, note } = await withChosenPreprocess(given, model, { ...runOptions(context), baseDir: folder });
  if (note !== undefined) output.log(note);
  return sources;
}

async function sourcesOf(path: string, folder: string): Promise<DataSources> {
  const { baseDir, ...sources } = await loadDataFile(path);
  return rebaseSources(sources, baseDir, folder);
}

/** Calibration needs no more than this: ranges change little with further samples. */
const calibrationSamples = 100;
/** It never takes more than this share of data that the metric is measured on, too. */
const largestShare = 1 / 4;
/** With fewer samples both use all of them. */
const fewestToSplit = 40;

/**
 * The same sources, with what calibration takes of a shared one written down, so that the recipe says all.
 *
 * @param folder where the sources' paths start
 * @param limit the most samples to measure on
 */
export async function splitSources(
  sources: DataSources,
  model: Model,
  folder: string,
  limit: number | undefined,
): Promise<DataSources> {
  const { calibration, evaluation } = sources;
  const measured = evaluation && limit !== undefined ? { ...evaluation, limit } : evaluation;
  if (!calibration || calibration !== evaluation || calibration.random !== undefined) {
    return { ...sources, ...(measured && { evaluation: measured }) };
  }
  const { size } = await openDataset(calibration, modelInputs(model), { baseDir: folder, seed: 0 });
  if (size < fewestToSplit) return { ...sources, evaluation: measured! };
  const count = Math.min(calibrationSamples, Math.floor(size * largestShare));
  // What is about measuring means nothing for calibration.
  const { metric: _metric, output: _output, threshold: _threshold, decoder: _decoder, ...source } = calibration;
  if (limit === undefined) return { ...sources, calibration: { ...source, limit: count } };
  // In one random order the first samples are for calibration and the next ones are measured on.
  const skip = (source.skip ?? 0) + count;
  return {
    ...sources,
    calibration: { ...source, shuffle: true, limit: count },
    evaluation: { ...evaluation, shuffle: true, skip, limit },
  };
}
