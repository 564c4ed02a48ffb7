/** `lathe check`: what a target cannot run, or runs slowly, and the fix. */

import { dirname, resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { recipeError } from '../../engine/recipe/problem.ts';
import { readRecipeFile } from '../../engine/recipe/recipe-file.ts';
import { targetConflicts } from '../../engine/recipe/target-conflicts.ts';
import { checkTarget } from '../../engine/targets/check.ts';
import type { TargetProblem } from '../../engine/targets/problem.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import type { Target } from '../../engine/targets/target.ts';
import { plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { sarifOption, writeSarif } from '../sarif.ts';

interface Checked {
  readonly target: Target;
  readonly problems: readonly TargetProblem[];
}

/** A model, or a recipe: its model, and what its options ask of the target. */
function check(path: string, name: string | undefined): Checked {
  if (!/\.ya?ml$/.test(path)) {
    const target = findTarget(name);
    return { target, problems: checkTarget(readModel(path), target) };
  }
  const { recipe, problems } = readRecipeFile(path);
  if (!recipe) throw recipeError(path, problems);
  const target = findTarget(name ?? recipe.target);
  const conflicts = targetConflicts(recipe.steps, target).map(({ code, severity, node, message, fix }) => (
    { code, severity, node, message, fix }));
  return { target, problems: [...conflicts, ...checkTarget(readModel(resolve(dirname(path), recipe.model)), target)] };
}

export const checkCommand: Command = {
  name: 'check',
  summary: 'what a target cannot run, or runs slowly, and the fix',
  usage: 'MODEL | RECIPE [--target T]',
  options: [
    { name: 'target', value: 'T', summary: 'a name from "lathe targets"; by default the recipe\'s, or this machine' },
    sarifOption,
  ],
  operands: { min: 1, max: 1, names: 'one model or recipe' },
  async run({ args, output }) {
    const path = args.operands[0]!;
    const { target, problems } = check(path, args.text('target'));
    const sarif = args.text('sarif');
    if (sarif !== undefined) writeSarif(sarif, path, problems);
    const lines = problems.map(({ code, severity, message, fix }) => `${severity} ${code}: ${message}\n  ${fix}`);
    const summary = problems.length === 0
      ? `No problems on ${target.name}.`
      : `${plural(problems.length, 'problem')} on ${target.name}.`;
    output.result({ target: target.name, problems }, [...lines, summary].join('\n'));
    return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};
