/** Code lenses: run and estimate on top, what a pattern matches above it. */

import type { CodeLens } from 'vscode-languageserver';
import { plural } from '../../engine/util/words.ts';
import type { ModelStore } from '../models/store.ts';
import { estimateRecipe, revealNode, runRecipe } from '../languages/links-to-client.ts';
import { patternPlaces } from './patterns.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { matching, readableModel, recipeLayers } from './recipe-model.ts';

/** @param trusted `false` where nothing may be run */
export function lenses(recipe: RecipeDocument, models: ModelStore, trusted: boolean): CodeLens[] {
  const first = recipe.places[0];
  if (!first) return [];
  const top = recipe.rangeOf(first);
  const own = [...(trusted ? [runRecipe(recipe.uri)] : []), estimateRecipe(recipe.uri)];
  return [...own.map((command) => ({ range: top, command })), ...ruleLenses(recipe, models)];
}

function ruleLenses(recipe: RecipeDocument, models: ModelStore): CodeLens[] {
  const patterns = patternPlaces(recipe);
  const loaded = patterns.length > 0 ? readableModel(recipe, models) : undefined;
  if (!loaded) return [];
  const layers = recipeLayers(loaded);
  return patterns.flatMap(({ place, pattern }): CodeLens[] => {
    const names = matching(pattern, layers);
    const range = recipe.rangeOf(place);
    const [name] = names;
    if (name === undefined) return [];
    const title = `${plural(names.length, 'layer')} ${names.length === 1 ? 'matches' : 'match'}`;
    return [{ range, command: revealNode(loaded.uri, name, title) }];
  });
}
