/** `lathe run`: carries out a recipe. */

import { dirname, relative, resolve } from 'node:path';
import { readRecipeFile, runRecipeFile } from '../../engine/recipe/recipe-file.ts';
import type { Command } from '../command.ts';
import { outputOption, runOptions } from '../run-options.ts';
import { runText } from '../run-output.ts';
import { sarifOption, writeSarif } from '../sarif.ts';

export const runCommand: Command = {
  name: 'run',
  summary: 'carry out a recipe',
  usage: 'RECIPE [options]',
  examples: ['lathe run mobilenetv2.lathe.yaml'],
  options: [outputOption, sarifOption],
  operands: { min: 1, max: 1, names: 'one recipe' },
  async run(context) {
    const { args, output } = context;
    const path = args.operands[0]!;
    const file = readRecipeFile(path);
    const sarif = args.text('sarif');
    if (sarif !== undefined) {
      writeSarif(sarif, path, file.problems.map((problem) => ({ severity: 'error', ...problem })));
    }
    // `--output` counts from where the command runs, unlike the recipe's own paths.
    const given = args.text('output');
    const { seed, ...options } = runOptions(context);
    const result = await runRecipeFile(file, {
      ...options,
      ...(args.flag('seed') && { seed }),
      ...(given !== undefined && { output: relative(dirname(resolve(path)), resolve(given)) }),
    });
    output.result(result, runText(result));
    return result.goalMet ? 0 : 1;
  },
};
