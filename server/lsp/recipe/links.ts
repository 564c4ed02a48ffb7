/** Links: files that the recipe names, and the layers of a pattern in the graph. */

import { existsSync, statSync } from 'node:fs';
import type { DocumentLink } from 'vscode-languageserver';
import { isScalar } from 'yaml';
import { uriOf, type ModelStore } from '../models/store.ts';
import { fileKindAt } from './file-keys.ts';
import { commandUri, revealNode } from '../languages/links-to-client.ts';
import { patternPlaces } from './patterns.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { matching, readableModel, recipeLayers, resolveIn } from './recipe-model.ts';

export function links(recipe: RecipeDocument, models: ModelStore): DocumentLink[] {
  return [...fileLinks(recipe), ...layerLinks(recipe, models)];
}

/** Folders cannot be opened in an editor; they are shown in the explorer. */
function fileLinks(recipe: RecipeDocument): DocumentLink[] {
  return recipe.places.flatMap((place): DocumentLink[] => {
    if (place.part !== 'value' || !fileKindAt(place.path) || !isScalar(place.node)) return [];
    const path = resolveIn(recipe, place.node.value);
    if (path === undefined || !existsSync(path)) return [];
    const uri = uriOf(path);
    const target = statSync(path).isDirectory()
      ? commandUri({ title: '', command: 'revealInExplorer', arguments: [{ $mid: 1, path, scheme: 'file' }] })
      : uri;
    return [{ range: recipe.rangeOf(place), target }];
  });
}

function layerLinks(recipe: RecipeDocument, models: ModelStore): DocumentLink[] {
  const patterns = patternPlaces(recipe);
  const loaded = patterns.length > 0 ? readableModel(recipe, models) : undefined;
  if (!loaded) return [];
  const layers = recipeLayers(loaded);
  return patterns.flatMap(({ place, pattern }): DocumentLink[] => {
    const [name] = matching(pattern, layers);
    if (name === undefined) return [];
    return [{
      range: recipe.rangeOf(place), target: commandUri(revealNode(loaded.uri, name)), tooltip: 'Show in graph',
    }];
  });
}
