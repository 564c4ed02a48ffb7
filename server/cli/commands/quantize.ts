/** `lathe quantize`: one technique, its options as flags. */

import { dirname, resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import {
  activationTypes, calibrationMethods, weightTypes,
} from '../../engine/passes/quantize/options.ts';
import { splitSources } from '../../engine/recipe/data-choice.ts';
import { formatRecipe } from '../../engine/recipe/format.ts';
import { checkRecipe } from '../../engine/recipe/parse.ts';
import { besideOutput, defaultOutput, relativePath } from '../../engine/recipe/paths.ts';
import { runRecipe } from '../../engine/recipe/runner.ts';
import { writeText } from '../../engine/recipe/write-text.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import { LatheError } from '../../engine/errors.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { calibrationOption, dataOption, limitOption, metricOption, sourcesFor } from '../data.ts';
import { goalOptions } from '../goal.ts';
import { outputOption, runOptions, targetOption } from '../run-options.ts';
import { runText } from '../run-output.ts';

export const quantizeCommand: Command = {
  name: 'quantize',
  summary: 'fewer bits for weights and activations',
  usage: 'MODEL [options]',
  details: 'Batch norms and constants are folded first, unless --no-fold is given.',
  examples: [
    'lathe quantize model.onnx --data pictures/ --calibration-method mse',
    'lathe quantize model.onnx --scheme dynamic -o small.onnx',
    'lathe quantize model.onnx --keep "/classifier/*" --write-recipe',
  ],
  options: [
    outputOption, targetOption, dataOption, calibrationOption, ...goalOptions, metricOption, limitOption,
    { name: 'scheme', value: 'S', summary: 'int8, dynamic, fp16 or bf16; int8 by default' },
    { name: 'activations', value: 'TYPE', summary: 'type of the values between layers', choices: activationTypes },
    { name: 'weights', value: 'TYPE', summary: 'type of the weights', choices: weightTypes },
    { name: 'per-tensor', summary: 'one scale for a whole weight instead of one for each channel' },
    { name: 'symmetric', summary: 'activation ranges centred on zero' },
    { name: 'calibration-method', value: 'M', summary: 'how ranges are chosen', choices: calibrationMethods },
    { name: 'percentile', value: 'P', summary: 'share of the values, in percent, that a range must hold' },
    { name: 'reduce-range', summary: 'weights of 7 bits, for processors whose int8 sums saturate' },
    { name: 'keep', value: 'PATTERN', summary: 'leave layers that match in float; may be repeated', multiple: true },
    { name: 'op-types', value: 'LIST', summary: 'only these operators, separated by commas' },
    { name: 'no-fold', summary: 'do not fold first' },
    { name: 'write-recipe', summary: 'print the recipe instead of carrying it out' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args, output } = context;
    const modelPath = resolve(args.operands[0]!);
    const model = readModel(modelPath);
    const options = quantizeOptionsOf(args);
    const suffix = options['scheme'] === 'fp16' || options['scheme'] === 'bf16' ? options['scheme'] : 'int8';
    const outputPath = resolve(args.text('output') ?? defaultOutput(modelPath, suffix));
    const folder = dirname(outputPath);
    const sources = needsData(args, options) ? await sourcesFor(context, model, folder) : {};
    const data = await splitSources(sources, model, folder, args.integer('limit', 1));
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
      steps: [...(args.flag('no-fold') ? [] : [{ fold: {} }]), { quantize: options }],
    });
    if (!recipe) {
      const unavailable = findings.every(({ code }) => code === 'LTH2009');
      throw new LatheError(unavailable ? 'UNSUPPORTED' : 'USAGE', findings.map(({ message }) => message).join(' '));
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
  },
};

/** Schemes that calibrate nothing work on the file alone, however large it is, unless data to measure on are given. */
function needsData(args: Arguments, { scheme }: Record<string, unknown>): boolean {
  const given = args.text('data') !== undefined || args.text('calibration') !== undefined;
  return given || scheme === undefined || scheme === 'int8';
}

/** The flags in the words of a recipe. */
function quantizeOptionsOf(args: Arguments): Record<string, unknown> {
  const entries: [string, unknown][] = [
    ['scheme', args.text('scheme')],
    ['activations', args.text('activations')],
    ['weights', args.text('weights')],
    ['perChannel', args.flag('per-tensor') ? false : undefined],
    ['symmetric', args.flag('symmetric') || undefined],
    ['calibration', args.text('calibration-method')],
    ['percentile', args.number('percentile', 0)],
    ['reduceRange', args.flag('reduce-range') || undefined],
    ['opTypes', args.text('op-types')?.split(',').map((name) => name.trim())],
    ['layers', args.texts('keep').length > 0
      ? args.texts('keep').map((match) => ({ match, keep: 'float' }))
      : undefined],
  ];
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}
