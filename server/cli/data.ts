/** The options that say which data to use: the same on every command that takes some. */

import { metricNames, type MetricName } from '../engine/data/metrics/metric-schema.ts';
import type { DataSources } from '../engine/data/source-schema.ts';
import type { Model } from '../engine/model/model.ts';
import { withChosenPreprocess } from '../engine/recipe/chosen-preprocess.ts';
import { sourcesOf, withMetric } from '../engine/recipe/data-choice.ts';
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
  const trainingData = args.text('training');
  if (trainingData !== undefined) {
    const { training, calibration } = await sourcesOf(trainingData, folder);
    const source = training ?? calibration;
    sources = { ...sources, ...(source && { training: source }) };
  }
  return withMetric(sources, args.text('metric') as MetricName | undefined);
}

/** The same, with the preprocessing of pictures found out where nobody says it: that is told on standard error. */
export async function sourcesFor(context: CommandContext, model: Model, folder: string): Promise<DataSources> {
  const { args, output } = context;
  const given = await dataSources(args, folder);
  const { sources, note } = await withChosenPreprocess(given, model, { ...runOptions(context), baseDir: folder });
  if (note !== undefined) output.log(note);
  return sources;
}
