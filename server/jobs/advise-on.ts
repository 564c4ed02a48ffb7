/** What the wizard asks at its end: the recipe for a model, and what it will probably give. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AdviceParams, RecipeAdvice, Technique } from '../../protocol/advice.ts';
import { LatheError } from '../engine/errors.ts';
import { readModel } from '../engine/formats/onnx/read.ts';
import type { Advice } from '../engine/recipe/advise.ts';
import { advisedRecipe } from '../engine/recipe/advised-recipe.ts';
import { chosenSources } from '../engine/recipe/data-choice.ts';
import { formatRecipe, type RecipeComments } from '../engine/recipe/format.ts';
import { besideOutput, defaultOutput, relativePath } from '../engine/recipe/paths.ts';
import { predictRecipe } from '../engine/recipe/predict.ts';
import type { Recipe } from '../engine/recipe/recipe.ts';
import { checkTarget } from '../engine/targets/check.ts';
import { findTarget } from '../engine/targets/registry.ts';
import type { WorkOptions } from './carry-out.ts';

/** Throws `UNSUPPORTED` for a technique that does not apply to the model or lacks data, and what these throw. */
export async function adviseOn(params: AdviceParams, options: WorkOptions): Promise<RecipeAdvice> {
  const { technique, maxDrop, prefer, data } = params;
  if (technique === 'distill' && !data) {
    throw new LatheError('UNSUPPORTED', 'Distillation needs data to learn from.', {
      fix: 'Choose data: labels are not needed.',
    });
  }
  const modelPath = resolve(params.model);
  const model = readModel(modelPath);
  const target = findTarget(params.target === '' ? undefined : params.target);
  const wanted = defaultOutput(modelPath, (technique && suffixes[technique]) ?? target.prefers.scheme);
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
    trains: technique === 'distill',
    goal: { ...(maxDrop !== undefined && { maxDrop }), prefer: prefer === 'latency' ? 'latency' : 'size' },
  } as const;
  const general = await advisedRecipe({ ...request, outputPath: wanted });
  const { recipe: advised, comments, reasons } = onlyTechnique(general, technique);
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

const suffixes: Partial<Record<Technique, string>> = { prune: 'pruned', distill: 'distilled' };

function onlyTechnique(general: Advice, technique: Technique | undefined): Advice {
  if (technique === 'prune') return pruningOnly(general);
  return technique === 'distill' ? distillationOnly(general) : general;
}

/** The size of the student, as a share of the multiply-adds, and how long it learns. */
const studentMacs = 0.5;
const studentMinutes = 10;

function distillationOnly({ recipe, comments, reasons }: Advice): Advice {
  const [folding] = reasons;
  const pruning = `Makes the student: the channels that matter least go until ${studentMacs * 100} % of the `
    + 'multiply-adds are left.';
  const learning = `The student learns the original's outputs for ${studentMinutes} minutes; labels help where there `
    + 'are some. Undone when it gets worse.';
  const told = [...(folding === undefined ? [] : [folding]), pruning, learning];
  const steps = [
    ...recipe.steps.filter(({ name }) => name === 'fold'),
    { name: 'prune', options: { target: { macs: studentMacs } } },
    { name: 'distill', options: { minutes: studentMinutes } },
  ];
  return { recipe: { ...recipe, steps }, comments: { ...comments, steps: told }, reasons: told };
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
