/** `lathe compress`: the advised recipe, carried out. */

import { dirname, resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { advisedRecipe } from '../../engine/recipe/advised-recipe.ts';
import { besideOutput, defaultOutput } from '../../engine/recipe/paths.ts';
import { runRecipe } from '../../engine/recipe/runner.ts';
import { writeText } from '../../engine/recipe/write-text.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import type { Command } from '../command.ts';
import { calibrationOption, dataOption, dataSources, limitOption, metricOption } from '../data.ts';
import { goalOf, goalOptions } from '../goal.ts';
import { outputOption, runOptions, targetOption } from '../run-options.ts';
import { runText } from '../run-output.ts';

export const compressCommand: Command = {
  name: 'compress',
  summary: 'make a model smaller and faster: the advised recipe, carried out',
  usage: 'MODEL [--target T] [--data D] [-o OUT]',
  details: 'Writes the result, its recipe and its report (Markdown and HTML) beside each other. Without data the\n'
    + 'model is calibrated on random numbers, and figures are marked synthetic.',
  examples: [
    'lathe compress squeezenet.onnx --data pictures/',
    'lathe compress model.onnx --data model.data.yaml -o small.onnx',
  ],
  options: [
    outputOption, targetOption, dataOption, calibrationOption, ...goalOptions, metricOption, limitOption,
    { name: 'write-recipe', summary: 'print the advised recipe instead of carrying it out' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args, output } = context;
    const modelPath = resolve(args.operands[0]!);
    const model = readModel(modelPath);
    const target = findTarget(args.text('target'));
    const outputPath = resolve(args.text('output') ?? defaultOutput(modelPath, target.prefers.scheme));
    const folder = dirname(outputPath);
    const options = runOptions(context);
    const given = args.text('data') ?? args.text('calibration');
    const limit = args.integer('limit', 1);
    const { recipe, text: recipeText } = await advisedRecipe({
      ...options,
      model,
      modelPath,
      outputPath,
      target,
      ...(given !== undefined && { sources: await dataSources(args, folder) }),
      ...(limit !== undefined && { limit }),
      goal: goalOf(args),
    });
    if (args.flag('write-recipe')) {
      output.result({ recipe: recipeText }, recipeText);
      return 0;
    }
    const recipePath = besideOutput(outputPath, '.lathe.yaml');
    writeText(recipePath, recipeText);
    const result = await runRecipe(recipe, {
      ...options,
      baseDir: folder,
      recipePath,
      recipeText,
      automatic: true,
    });
    output.result(result, runText(result));
    return result.goalMet ? 0 : 1;
  },
};
