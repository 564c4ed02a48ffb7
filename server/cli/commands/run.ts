/** `lathe run`: carries out a recipe. */

import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { LatheError, messageOf } from '../../engine/errors.ts';
import { locateInRecipe } from '../../engine/recipe/locate-error.ts';
import { parseRecipe } from '../../engine/recipe/parse.ts';
import { recipeError } from '../../engine/recipe/problem.ts';
import type { Recipe } from '../../engine/recipe/recipe.ts';
import { runRecipe } from '../../engine/recipe/runner.ts';
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
    const text = readRecipeFile(path);
    const { recipe: written, problems } = parseRecipe(text);
    const sarif = args.text('sarif');
    if (sarif !== undefined) {
      writeSarif(sarif, path, problems.map((problem) => ({ severity: 'error', ...problem })));
    }
    if (!written) throw recipeError(path, problems);
    const baseDir = dirname(resolve(path));
    const recipe = withOutput(written, args.text('output'), baseDir);
    const result = await runRecipe(recipe, {
      ...runOptions(context),
      baseDir,
      recipePath: resolve(path),
      recipeText: text,
      seed: args.flag('seed') ? args.seed : recipe.seed ?? 0,
    }).catch((error: unknown): never => {
      throw locateInRecipe(error, text, path, baseDir);
    });
    output.result(result, runText(result));
    return result.goalMet ? 0 : 1;
  },
};

/** `--output` counts from where the command runs, unlike the recipe's own paths. */
function withOutput(recipe: Recipe, given: string | undefined, baseDir: string): Recipe {
  return given === undefined ? recipe : { ...recipe, output: relative(baseDir, resolve(given)) };
}

function readRecipeFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LatheError('FILE', `The recipe "${path}" cannot be read.`, {
      detail: messageOf(error),
      fix: 'Check the path.',
      at: { file: path },
    });
  }
}
