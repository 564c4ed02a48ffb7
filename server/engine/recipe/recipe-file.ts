/** A recipe in a file, and its run. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { RunResult } from '../../../protocol/results/run.ts';
import { LatheError, messageOf } from '../errors.ts';
import { locateInRecipe } from './locate-error.ts';
import { parseRecipe } from './parse.ts';
import { recipeError, type RecipeProblem } from './problem.ts';
import type { Recipe } from './recipe.ts';
import { runRecipe, type RunOptions } from './runner.ts';

export interface RecipeFile {
  /** As its user names it: messages do, too. */
  readonly path: string;
  readonly text: string;
  /** Absent where there are problems. */
  readonly recipe?: Recipe;
  readonly problems: readonly RecipeProblem[];
}

/** Throws `FILE` when it cannot be read; what is wrong inside is in the result. */
export function readRecipeFile(path: string): RecipeFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new LatheError('FILE', `The recipe "${path}" cannot be read.`, {
      detail: messageOf(error),
      fix: 'Check the path.',
      at: { file: path },
    });
  }
  const { recipe, problems } = parseRecipe(text);
  return { path, text, ...(recipe && { recipe }), problems };
}

export interface FileRunOptions extends Omit<RunOptions, 'baseDir' | 'recipePath' | 'recipeText' | 'seed'> {
  /** Replaces that of the recipe. */
  readonly seed?: number;
  /** Path of the result, instead of that of the recipe; a relative one starts at the recipe's folder. */
  readonly output?: string;
}

/**
 * Throws `RECIPE` or `UNSUPPORTED` for a recipe with problems, and what `runRecipe` throws, at the line of the recipe
 * that names the file.
 */
export async function runRecipeFile(
  { path, text, recipe, problems }: RecipeFile,
  { seed, output, ...options }: FileRunOptions,
): Promise<RunResult> {
  if (!recipe) throw recipeError(path, problems);
  const absolute = resolve(path);
  const baseDir = dirname(absolute);
  try {
    return await runRecipe(output === undefined ? recipe : { ...recipe, output }, {
      ...options,
      baseDir,
      recipePath: absolute,
      recipeText: text,
      seed: seed ?? recipe.seed ?? 0,
    });
  } catch (error) {
    throw locateInRecipe(error, text, path, baseDir);
  }
}
