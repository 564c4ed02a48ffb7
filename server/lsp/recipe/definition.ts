/** Where the layers of a pattern are in the model's text, and which rules of the recipe concern them. */

import type { Location, Position } from 'vscode-languageserver';
import type { LoadedModel } from '../models/loaded-model.ts';
import { uriOf, type ModelStore } from '../models/store.ts';
import { nodeLocations } from '../text/node-locations.ts';
import { fileKindAt } from './file-keys.ts';
import { patternPlaces } from './patterns.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { isPattern, matching, readableModel, recipeLayers, resolveIn } from './recipe-model.ts';

interface Meant {
  readonly loaded: LoadedModel;
  readonly names: readonly string[];
}

function layersAt(recipe: RecipeDocument, position: Position, models: ModelStore): Meant | undefined {
  const place = recipe.placeAt(position);
  if (place?.part !== 'value' || !isPattern(place.path)) return undefined;
  const loaded = readableModel(recipe, models);
  const pattern = recipe.value(place.path);
  if (!loaded || typeof pattern !== 'string' || pattern === '') return undefined;
  return { loaded, names: matching(pattern, recipeLayers(loaded)) };
}

/** The nodes of a pattern in the text view of the model; the file that a path names. */
export function definition(recipe: RecipeDocument, position: Position, models: ModelStore): Location[] {
  const place = recipe.placeAt(position);
  if (place?.part === 'value' && fileKindAt(place.path)?.folder === false) {
    const path = resolveIn(recipe, recipe.value(place.path));
    const start = { line: 0, character: 0 };
    return path === undefined ? [] : [{ uri: uriOf(path), range: { start, end: start } }];
  }
  const meant = layersAt(recipe, position, models);
  return meant ? nodeLocations(meant.loaded, meant.names) : [];
}

/** Every rule of the recipe that means one of the same layers, then the layers themselves. */
export function references(recipe: RecipeDocument, position: Position, models: ModelStore): Location[] {
  const meant = layersAt(recipe, position, models);
  if (!meant) return [];
  const wanted = new Set(meant.names);
  const layers = recipeLayers(meant.loaded);
  const rules = patternPlaces(recipe)
    .filter(({ pattern }) => matching(pattern, layers).some((name) => wanted.has(name)))
    .map(({ place }) => ({ uri: recipe.uri, range: recipe.rangeOf(place) }));
  return [...rules, ...nodeLocations(meant.loaded, meant.names)];
}
