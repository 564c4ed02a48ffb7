/** Quick fixes of a recipe's problems. */

import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic,
  type TextEdit,
} from 'vscode-languageserver';
import { nearestPattern } from '../../engine/recipe/unmatched.ts';
import { nearest } from '../../engine/util/nearest.ts';
import type { ModelStore } from '../models/store.ts';
import { removeAt, setValue } from './edit/yaml-edit.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { readableModel, recipeLayers } from './recipe-model.ts';
import { rewritten } from './rewritten.ts';
import { scalarText } from './scalar-text.ts';
import { isStep, keysAt, requiredAt, valuesAt } from './schema-at.ts';

export function actions(recipe: RecipeDocument, params: CodeActionParams, models: ModelStore): CodeAction[] {
  return params.context.diagnostics.flatMap((diagnostic) =>
    fixes(recipe, diagnostic, models).map(({ title, edits, preferred = false }): CodeAction => ({
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      isPreferred: preferred,
      edit: { changes: { [recipe.uri]: [...edits] } },
    })));
}

interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  readonly preferred?: boolean;
}

function fixes(recipe: RecipeDocument, diagnostic: Diagnostic, models: ModelStore): Fix[] {
  switch (diagnostic.code) {
    case 'LTH2002':
    case 'LTH2005':
      return nearWord(recipe, diagnostic);
    case 'LTH2003':
      return missingKeys(recipe, diagnostic);
    case 'LTH2012':
      return [...nearPattern(recipe, diagnostic, models), ...removal(recipe, diagnostic)];
    case 'LTH2014':
      return removal(recipe, diagnostic);
    default:
      return [];
  }
}

function offered(title: string, edits: readonly TextEdit[], preferred = false): Fix[] {
  return edits.length > 0 ? [{ title, edits, preferred }] : [];
}

/** The word that was probably meant. */
function nearWord(recipe: RecipeDocument, { range }: Diagnostic): Fix[] {
  const place = recipe.placeAt(range.start);
  if (!place) return [];
  const written = recipe.text.slice(place.start, place.end);
  const candidates = place.part === 'key' ? keysAt(place.path.slice(0, -1)) : valuesAt(place.path);
  // A step is a key of its item, or the item itself.
  const words = isStep(place.path) ? valuesAt(place.path) : candidates;
  const near = nearest(written.replaceAll(/^["']|["']$/g, ''), words);
  if (near === undefined || near === written) return [];
  const edit = { range: recipe.rangeOf(place), newText: place.part === 'key' ? near : scalarText(near) };
  return offered(`Change to "${near}"`, [edit], true);
}

const startingValues: Readonly<Record<string, unknown>> = {
  version: 1, model: 'model.onnx', steps: [{ fold: {} }, { quantize: {} }], match: '**',
};

/** Every key that the group lacks: which of them the problem is about makes no difference. */
function missingKeys(recipe: RecipeDocument, { range }: Diagnostic): Fix[] {
  const path = recipe.placeAt(range.start)?.path ?? [];
  const groups = [...path.map((_, i) => path.slice(0, i)), path];
  return groups.toReversed().flatMap((group) => {
    const value = recipe.value(group);
    const there = typeof value === 'object' && value !== null ? Object.keys(value) : [];
    return requiredAt(group).filter((key) => !there.includes(key)).flatMap((key) => {
      const before = key === 'model' ? ['version'] : [];
      const edits = rewritten(recipe, (text) => (key === 'version' && group.length === 0
        ? `version: 1\n${text}`
        : setValue(text, [...group, key], startingValues[key] ?? '', before)));
      return offered(`Add "${key}"`, edits, true);
    });
  });
}

function nearPattern(recipe: RecipeDocument, { range }: Diagnostic, models: ModelStore): Fix[] {
  const place = recipe.placeAt(range.start);
  const loaded = place && readableModel(recipe, models);
  if (!loaded) return [];
  const near = nearestPattern(String(recipe.value(place.path)), recipeLayers(loaded).names);
  if (near === undefined) return [];
  return offered(`Change to "${near}"`, [{ range: recipe.rangeOf(place), newText: scalarText(near) }], true);
}

function removal(recipe: RecipeDocument, { range }: Diagnostic): Fix[] {
  const path = recipe.placeAt(range.start)?.path;
  if (!path) return [];
  return offered('Remove the rule', rewritten(recipe, (text) => removeAt(text, path.slice(0, -1))));
}
