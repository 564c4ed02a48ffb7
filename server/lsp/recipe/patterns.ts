/** The patterns of layers in a recipe. */

import { isScalar } from 'yaml';
import type { RecipeDocument, RecipePlace } from './recipe-document.ts';
import { isPattern } from './recipe-model.ts';

export interface PatternPlace {
  readonly place: RecipePlace;
  readonly pattern: string;
  /** Number of the step, and of the rule in it. */
  readonly step: number;
  readonly rule: number;
}

/** Empty ones are left out: somebody is typing them. */
export function patternPlaces(recipe: RecipeDocument): PatternPlace[] {
  return recipe.places.flatMap((place): PatternPlace[] => {
    const { path, part, node } = place;
    if (part !== 'value' || !isPattern(path) || !isScalar(node)) return [];
    if (typeof node.value !== 'string' || node.value === '') return [];
    return [{ place, pattern: node.value, step: Number(path[1]), rule: Number(path[4]) }];
  });
}
