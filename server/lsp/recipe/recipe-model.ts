/** The model that a recipe names, and its layers. */

import { dirname, resolve } from 'node:path';
import { LatheError } from '../../engine/errors.ts';
import { summarize, type LayerSummary } from '../../engine/analysis/cost.ts';
import { compileGlob } from '../../engine/util/glob.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { pathOf, type ModelStore } from '../models/store.ts';
import type { RecipeDocument } from './recipe-document.ts';

export interface RecipeLayers {
  /** Every node, subgraphs included, in the order of the model: what a pattern is held against. */
  readonly names: readonly string[];
  /** Those that compute, by name. */
  readonly summaries: ReadonlyMap<string, LayerSummary>;
}

export type NamedModel =
  /** The recipe names none. */
  | { readonly kind: 'unnamed' }
  | { readonly kind: 'failed'; readonly path: string; readonly error: LatheError }
  | { readonly kind: 'read'; readonly path: string; readonly loaded: LoadedModel };

const layersOf = new WeakMap<LoadedModel, RecipeLayers>();

/** Folder that the recipe's paths start at; undefined for a recipe that is in no file yet. */
export function folderOf(recipe: RecipeDocument): string | undefined {
  return recipe.uri.startsWith('file:') ? dirname(pathOf(recipe.uri)) : undefined;
}

/** Absolute path of what the recipe writes as `written`; undefined where it cannot be known. */
export function resolveIn(recipe: RecipeDocument, written: unknown): string | undefined {
  if (typeof written !== 'string' || written === '') return undefined;
  const folder = folderOf(recipe);
  return folder === undefined ? undefined : resolve(folder, written);
}

export function namedModel(recipe: RecipeDocument, models: ModelStore): NamedModel {
  const path = resolveIn(recipe, recipe.value(['model']));
  if (path === undefined) return { kind: 'unnamed' };
  try {
    return { kind: 'read', path, loaded: models.load(path) };
  } catch (error) {
    if (error instanceof LatheError) return { kind: 'failed', path, error };
    throw error;
  }
}

/** The model where it can be read. */
export function readableModel(recipe: RecipeDocument, models: ModelStore): LoadedModel | undefined {
  const model = namedModel(recipe, models);
  return model.kind === 'read' ? model.loaded : undefined;
}

export function recipeLayers(loaded: LoadedModel): RecipeLayers {
  let layers = layersOf.get(loaded);
  if (!layers) {
    layers = {
      names: [...loaded.model.graph.walk()].map(({ node }) => node.label),
      summaries: new Map(summarize(loaded.model).layers.map((layer) => [layer.name, layer])),
    };
    layersOf.set(loaded, layers);
  }
  return layers;
}

/** Names that `pattern` means, in the order of the model. */
export function matching(pattern: string, { names }: RecipeLayers): string[] {
  return names.filter(compileGlob(pattern));
}

/** Whether the value at `path` is a pattern of layers. */
export function isPattern(path: readonly (string | number)[]): boolean {
  return path.length === 6 && path[0] === 'steps' && path[3] === 'layers' && path[5] === 'match';
}
