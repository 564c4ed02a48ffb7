/** The recipe for a model and the data that a user points at: what `lathe compress` and the wizard begin with. */

import { dirname } from 'node:path';
import type { DataSources } from '../data/source-schema.ts';
import type { Model } from '../model/model.ts';
import type { Target } from '../targets/target.ts';
import { advise, type Advice } from './advise.ts';
import { withChosenPreprocess } from './chosen-preprocess.ts';
import { splitSources } from './data-choice.ts';
import { formatRecipe } from './format.ts';
import { relativePath } from './paths.ts';
import { probe } from './probe.ts';
import type { Goal } from './recipe.ts';

export interface AdvisedRecipeRequest {
  readonly model: Model;
  readonly modelPath: string;
  /** Where the result goes; the recipe is meant for the same folder. */
  readonly outputPath: string;
  readonly target: Target;
  /** With paths that start at the folder of the result; absent for random data, where the model runs on them. */
  readonly sources?: DataSources;
  /** The most samples to measure on. */
  readonly limit?: number;
  /** Steps that train follow: a part of the data is for them. */
  readonly trains?: boolean;
  readonly goal: Goal;
  readonly threads: number;
  readonly seed: number;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface AdvisedRecipe extends Advice {
  readonly text: string;
}

/** @throws LatheError what opening the data and running the model throw */
export async function advisedRecipe(request: AdvisedRecipeRequest): Promise<AdvisedRecipe> {
  const { model, modelPath, outputPath, target, limit, goal, seed, log } = request;
  const folder = dirname(outputPath);
  const found = request.sources ?? await randomSources(request);
  const { sources, note } = await withChosenPreprocess(found, model, { ...request, baseDir: folder });
  if (note !== undefined) log(note);
  const advice = advise({
    model,
    modelPath: relativePath(folder, modelPath),
    outputPath: relativePath(folder, outputPath),
    target,
    data: await splitSources(sources, model, folder, limit, request.trains),
    goal,
    seed,
  });
  return { ...advice, text: formatRecipe(advice.recipe, advice.comments) };
}

async function randomSources(request: AdvisedRecipeRequest): Promise<DataSources> {
  const unfit = await probe(request.model, { random: 1 }, request);
  if (!unfit) {
    const random = { random: true } as const;
    return { calibration: random, evaluation: random };
  }
  request.log(`Random data do not fit this model, so nothing is measured: ${unfit.message}`);
  return {};
}
