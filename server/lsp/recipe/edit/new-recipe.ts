/** A recipe for a model that has none: what Lathe advises, without running anything. */

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DataSources } from '../../../engine/data/source-schema.ts';
import { LatheError } from '../../../engine/errors.ts';
import { advise } from '../../../engine/recipe/advise.ts';
import { chosenSources, splitSources } from '../../../engine/recipe/data-choice.ts';
import { formatRecipe } from '../../../engine/recipe/format.ts';
import { besideOutput, defaultOutput, relativePath } from '../../../engine/recipe/paths.ts';
import { findTarget, targetNames } from '../../../engine/targets/registry.ts';
import type { LoadedModel } from '../../models/loaded-model.ts';
import type { RunResults } from '../../results.ts';

export interface NewRecipe {
  /** Of a file that is not there yet. */
  readonly path: string;
  readonly text: string;
}

/** @param targetName the default target of the settings; empty for this machine */
export async function newRecipe(loaded: LoadedModel, targetName: string, results: RunResults): Promise<NewRecipe> {
  const { model, path: modelPath } = loaded;
  const outputPath = defaultOutput(modelPath);
  const folder = dirname(outputPath);
  const { recipe, comments } = advise({
    model,
    modelPath: relativePath(folder, modelPath),
    outputPath: relativePath(folder, outputPath),
    target: findTarget(targetNames.includes(targetName) ? targetName : undefined),
    data: await analyzedData(loaded, folder, results),
    goal: {},
    seed: 0,
  });
  return { path: freePath(outputPath), text: formatRecipe(recipe, comments) };
}

/** The data of the newest analysis: what the problem that is mended was found on. */
async function analyzedData(loaded: LoadedModel, folder: string, results: RunResults): Promise<DataSources> {
  const runs = await results.of(loaded.path);
  const request = runs.find(({ kind }) => kind === 'analyze')?.record.request;
  if (request?.kind !== 'analyze') return {};
  try {
    return await splitSources(await chosenSources(request.data, folder), loaded.model, folder, request.data.limit);
  } catch (error) {
    // Data that are gone by now: the recipe does without.
    if (error instanceof LatheError) return {};
    throw error;
  }
}

function freePath(outputPath: string): string {
  for (let i = 1; ; i++) {
    const path = besideOutput(outputPath, i === 1 ? '.lathe.yaml' : `-${i}.lathe.yaml`);
    if (!existsSync(path)) return path;
  }
}
