/** The recipe of a model: the one that was changed last, among those that were run on it and those beside it. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { RunResults } from '../../results.ts';

/** Path of the newest recipe that names the model at `modelPath`; undefined where there is none. */
export async function newestRecipe(modelPath: string, results: RunResults): Promise<string | undefined> {
  const runs = await results.all();
  const ran = runs.flatMap(({ request, outputs }) => [
    ...(request.kind === 'recipe' ? [request.recipe] : []),
    ...(outputs?.recipe === undefined ? [] : [outputs.recipe]),
  ]);
  const candidates = [...new Set([...ran, ...recipesIn(dirname(modelPath))].map((path) => resolve(path)))];
  const dated = candidates.flatMap((path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat && modelOf(path) === resolve(modelPath) ? [{ path, changed: stat.mtimeMs }] : [];
  });
  return dated.sort((a, b) => b.changed - a.changed)[0]?.path;
}

function recipesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /\.lathe\.ya?ml$/.test(name)).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Absolute path of the model that a recipe names. */
function modelOf(recipe: string): string | undefined {
  try {
    const named = parseDocument(readFileSync(recipe, 'utf8'), { prettyErrors: false }).get('model');
    return typeof named === 'string' ? resolve(dirname(recipe), named) : undefined;
  } catch {
    // A recipe that cannot be read is nobody's.
    return undefined;
  }
}
