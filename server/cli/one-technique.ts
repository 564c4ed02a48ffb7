/** Commands for one technique: their flags become one step of a recipe, which is then carried out. */

import { dirname, resolve } from 'node:path';
import { LatheError } from '../engine/errors.ts';
import type { DataSources } from '../engine/data/source-schema.ts';
import { readModel } from '../engine/formats/onnx/read.ts';
import { splitSources } from '../engine/recipe/data-choice.ts';
import { formatRecipe } from '../engine/recipe/format.ts';
import { checkRecipe } from '../engine/recipe/parse.ts';
import { predictRecipe } from '../engine/recipe/predict.ts';
import { besideOutput, defaultOutput, relativePath } from '../engine/recipe/paths.ts';
import { runRecipe } from '../engine/recipe/runner.ts';
import { writeText } from '../engine/recipe/write-text.ts';
import { findTarget } from '../engine/targets/registry.ts';
import type { CommandContext, ExitCode, OptionSpec } from './command.ts';
import { calibrationOption, dataOption, limitOption, metricOption, sourcesFor } from './data.ts';
import { goalOptions } from './goal.ts';
import { outputOption, runOptions, targetOption } from './run-options.ts';
import { predictionText } from './prediction-output.ts';
import { runText } from './run-output.ts';

export interface Technique {
  /** Name of the step. */
  readonly step: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Of the result's file name: "int8" in `model.int8.onnx`. */
  readonly suffix: string;
  /** Reads the data that the command line names; without it no data are opened. */
  readonly needsData: boolean;
  /** Trains on a part of the data. */
  readonly trains?: boolean;
}

/** Flags that all of these commands have, besides their own. */
export const techniqueOptions: readonly OptionSpec[] = [
  outputOption, targetOption, dataOption, calibrationOption, ...goalOptions, metricOption, limitOption,
  { name: 'no-fold', summary: 'do not fold first' },
  { name: 'dry-run', summary: 'show what would be done to which layer, without doing it' },
  { name: 'write-recipe', summary: 'print the recipe instead of carrying it out' },
];

export async function runTechnique(context: CommandContext, technique: Technique): Promise<ExitCode> {
  const { args, output } = context;
  const modelPath = resolve(args.operands[0]!);
  const model = readModel(modelPath);
  const outputPath = resolve(args.text('output') ?? defaultOutput(modelPath, technique.suffix));
  const folder = dirname(outputPath);
  const sources = technique.needsData ? await sourcesFor(context, model, folder) : {};
  const split = await splitSources(sources, model, folder, args.integer('limit', 1), technique.trains);
  const data = withAugment(split, args.text('augment'));
  const maxDrop = args.number('max-drop', 0);
  const prefer = args.text('prefer');
  const { recipe, findings } = checkRecipe({
    version: 1,
    model: relativePath(folder, modelPath),
    output: relativePath(folder, outputPath),
    target: findTarget(args.text('target')).name,
    data,
    ...((maxDrop !== undefined || prefer !== undefined) && {
      goal: { ...(maxDrop !== undefined && { maxDrop }), ...(prefer !== undefined && { prefer }) },
    }),
    ...(args.seed !== 0 && { seed: args.seed }),
    steps: [...(args.flag('no-fold') ? [] : [{ fold: {} }]), { [technique.step]: technique.options }],
  });
  if (!recipe) throw new LatheError('USAGE', findings.map(({ message }) => message).join(' '));
  if (args.flag('dry-run')) {
    const predicted = predictRecipe(model, recipe);
    output.result(predicted, predictionText(predicted));
    return 0;
  }
  const recipeText = formatRecipe(recipe);
  if (args.flag('write-recipe')) {
    output.result({ recipe: recipeText }, recipeText);
    return 0;
  }
  const recipePath = besideOutput(outputPath, '.lathe.yaml');
  writeText(recipePath, recipeText);
  const result = await runRecipe(recipe, { ...runOptions(context), baseDir: folder, recipePath, recipeText });
  output.result(result, runText(result));
  return result.goalMet ? 0 : 1;
}

function withAugment(data: DataSources, list: string | undefined): Record<string, unknown> {
  if (list === undefined || !data.training) return data;
  return { ...data, training: { ...data.training, augment: list.split(',').map((name) => name.trim()) } };
}

/** Options without those that were not given. */
export function given(entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
