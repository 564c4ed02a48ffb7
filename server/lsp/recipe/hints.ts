/** Inlay hints: how many bytes a step saves, and how many a rule keeps. */

import type { InlayHint, Range } from 'vscode-languageserver';
import { bytesInWords } from '../../engine/util/words.ts';
import type { ModelStore } from '../models/store.ts';
import { patternPlaces } from './patterns.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { readableModel } from './recipe-model.ts';
import { stepPlans, type StepPlan } from './step-plans.ts';

const basis = 'From the model\'s structure alone: bytes of the layers\' constants before and after.';

export function hints(recipe: RecipeDocument, range: Range, models: ModelStore): InlayHint[] {
  if (recipe.steps.length === 0) return [];
  const loaded = readableModel(recipe, models);
  if (!loaded) return [];
  const plans = stepPlans(recipe, loaded);
  return [...stepHints(recipe, plans), ...ruleHints(recipe, plans)]
    .filter(({ position: { line } }) => range.start.line <= line && line <= range.end.line);
}

function hint(recipe: RecipeDocument, offset: number, label: string): InlayHint {
  return { position: recipe.position(offset), label, paddingLeft: true, tooltip: basis };
}

function stepHints(recipe: RecipeDocument, plans: readonly StepPlan[]): InlayHint[] {
  return plans.flatMap(({ index, savedBytes }): InlayHint[] => {
    const name = recipe.places.find(({ path, part }) => path[0] === 'steps' && path[1] === index
      && (path.length === 3 && part === 'key' || path.length === 2 && part === 'value'));
    if (!name || savedBytes === 0) return [];
    // Behind the colon of a key.
    const end = name.part === 'key' ? name.end + 1 : name.end;
    const word = savedBytes > 0 ? 'saves' : 'adds';
    return [hint(recipe, end, `${word} ${bytesInWords(Math.abs(savedBytes))}`)];
  });
}

function ruleHints(recipe: RecipeDocument, plans: readonly StepPlan[]): InlayHint[] {
  return patternPlaces(recipe).flatMap(({ place, step, rule }): InlayHint[] => {
    const kept = plans.find(({ index }) => index === step)?.keptBytes[rule] ?? 0;
    if (kept <= 0) return [];
    return [hint(recipe, place.end, `saves ${bytesInWords(kept)} less`)];
  });
}
