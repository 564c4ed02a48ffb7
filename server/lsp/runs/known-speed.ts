/** A prediction gives way to what was measured: an earlier run of the same model for the same target. */

import type { RecipeAdvice } from '../../../protocol/advice.ts';
import { parseRecipe } from '../../engine/recipe/parse.ts';
import { comparison } from '../../engine/recipe/report/rows.ts';
import type { FinishedRun } from '../results.ts';

/** @param runs of the model, newest first */
export function withKnownSpeed(advice: RecipeAdvice, runs: readonly FinishedRun[]): RecipeAdvice {
  const { recipe } = parseRecipe(advice.text);
  const steps = JSON.stringify(recipe?.steps.map(({ name }) => name));
  for (const run of runs) {
    if (run.kind !== 'recipe' || run.result.target !== recipe?.target || !run.result.latencyRatio) continue;
    // An undone step, or another technique, would be another model.
    const done = run.result.steps.filter(({ kept }) => kept).map(({ name }) => name);
    if (JSON.stringify(done) !== steps) continue;
    const { median } = run.result.latencyRatio;
    const [size = ''] = advice.predicted.basis.split(' Speed: ');
    const date = new Date(run.record.endedAt ?? run.record.createdAt).toISOString().slice(0, 10);
    const words = comparison(median, 'faster', 'slower');
    const basis = `${size} Speed: ${words} in a run of ${date} with these steps, on ${run.result.machine.processor}.`;
    return { ...advice, predicted: { ...advice.predicted, latencyRatio: median, basis } };
  }
  return advice;
}
