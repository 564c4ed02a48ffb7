/** What the wizard asks at its end: the recipe for a model, and what it will probably give. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AdviceParams, RecipeAdvice } from '../../protocol/advice.ts';
import { LatheError } from '../engine/errors.ts';
import { readModel } from '../engine/formats/onnx/read.ts';
import { findPass } from '../engine/passes/registry.ts';
import type { Advice } from '../engine/recipe/advise.ts';
import { advisedRecipe, laterTechnique } from '../engine/recipe/advised-recipe.ts';
import { chosenSources } from '../engine/recipe/data-choice.ts';
import { formatRecipe, type RecipeComments } from '../engine/recipe/format.ts';
import { besideOutput, defaultOutput, relativePath } from '../engine/recipe/paths.ts';
import { predictRecipe } from '../engine/recipe/predict.ts';
import type { Recipe } from '../engine/recipe/recipe.ts';
import { checkTarget } from '../engine/targets/check.ts';
import { findTarget } from '../engine/targets/registry.ts';
import type { WorkOptions } from './carry-out.ts';

/**
 * Throws `UNSUPPORTED` for a technique that is not there yet, or that does not apply to the model, and what the model
 * and the data throw.
 */
export async function adviseOn(params: AdviceParams, options: WorkOptions): Promise<RecipeAdvice> {
  const { technique, maxDrop, prefer, data } = params;
  if (technique !== undefined && !findPass(technique)) throw laterTechnique(technique);
  const modelPath = resolve(params.model);
  const model = readModel(modelPath);
  const target = findTarget(params.target === '' ? undefined : params.target);
  const wanted = defaultOutput(modelPath, technique === 'prune' ? 'pruned' : target.prefers.scheme);
  const folder = dirname(wanted);
  const warnings: string[] = [];
  const request = {
    ...options,
    log: (line: string): void => void warnings.push(line),
    model,
    modelPath,
    target,
    ...(data && { sources: await chosenSources(data, folder) }),
    ...(data?.limit !== undefined && { limit: data.limit }),
    goal: { ...(maxDrop !== undefined && { maxDrop }), prefer: prefer === 'latency' ? 'latency' : 'size' },
  } as const;
  const general = await advisedRecipe({ ...request, outputPath: wanted });
  const { recipe: advised, comments, reasons } = technique === 'prune' ? pruningOnly(general) : general;
  if (technique === 'quantize' && !advised.steps.some(({ name }) => name === 'quantize')) {
    throw new LatheError('UNSUPPORTED', reasons.at(-1)!, { fix: 'Choose a float model with weights.' });
  }
  const { recipe, path, text } = underFreeName(advised, comments, wanted);
  const { layers: _layers, notes, ...predicted } = predictRecipe(model, recipe);
  return {
    recipe: path,
    text,
    reasons,
    predicted,
    warnings: [
      ...checkTarget(model, target).map(({ message, fix }) => `${message} ${fix}`),
      ...notes.filter(({ severity }) => severity === 'warning').map(({ message }) => message),
      ...warnings,
    ],
  };
}

/** Goes this far without training afterwards; the run undoes it where the goal does not hold. */
const macsThatStay = 0.7;

function pruningOnly({ recipe, comments, reasons }: Advice): Advice {
  const [folding] = reasons;
  const reason = `Removes the channels that matter least until ${macsThatStay * 100} % of the multiply-adds are left. `
    + 'Undone when that breaks the goal.';
  const steps = recipe.steps.filter(({ name }) => name === 'fold');
  const told = [...(folding === undefined ? [] : [folding]), reason];
  return {
    recipe: { ...recipe, steps: [...steps, { name: 'prune', options: { target: { macs: macsThatStay } } }] },
    comments: { ...comments, steps: told },
    reasons: told,
  };
}

/** Files of the user's are never replaced: the result and its recipe get the first number that is free. */
function underFreeName(
  advised: Recipe,
  comments: RecipeComments,
  wanted: string,
): { readonly recipe: Recipe; readonly path: string; readonly text: string } {
  for (let number = 1; ; number++) {
    const output = number === 1 ? wanted : wanted.replace(/\.onnx$/, `-${number}.onnx`);
    const recipe = { ...advised, output: relativePath(dirname(wanted), output) };
    const text = formatRecipe(recipe, comments);
    const path = besideOutput(output, '.lathe.yaml');
    const there = textOf(path);
    // The same recipe again gives the same result again.
    if (there === text || (there === undefined && !existsSync(output))) return { recipe, path, text };
  }
}

/** Undefined for a file that is not there; one that cannot be read is somebody's all the same. */
function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
