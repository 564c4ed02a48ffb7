/** Quick fixes of a recipe's problems. */

import {
  CodeActionKind,
  type CodeAction,
  type CodeActionParams,
  type Diagnostic,
  type TextEdit,
} from 'vscode-languageserver';
import { nearestPattern } from '../../engine/recipe/unmatched.ts';
import { targetNames } from '../../engine/targets/registry.ts';
import { nearest } from '../../engine/util/nearest.ts';
import type { ModelStore } from '../models/store.ts';
import { applyEdit } from './edit/apply-edit.ts';
import { removeAt, setValue } from './edit/yaml-edit.ts';
import type { RecipeDocument } from './recipe-document.ts';
import { readableModel, recipeLayers } from './recipe-model.ts';
import { targetProblems } from './target-problems.ts';
import { exactPattern, scalarText } from './scalar-text.ts';
import { isStep, keysAt, requiredAt, valuesAt } from './schema-at.ts';

/** Layers that are offered one by one. */
const mostLayers = 3;

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
    case 'LTH2009':
      return nearWord(recipe, diagnostic);
    case 'LTH2003':
      return missingKeys(recipe, diagnostic);
    case 'LTH2012':
      return [...nearPattern(recipe, diagnostic, models), ...removal(recipe, diagnostic)];
    case 'LTH2014':
      return removal(recipe, diagnostic);
    default:
      return String(diagnostic.code).startsWith('LTH10') ? targetFixes(recipe, diagnostic, models) : [];
  }
}

/** Replaces the whole text by one that an edit made, as the smallest single change. */
function rewritten(recipe: RecipeDocument, edit: (text: string) => string): TextEdit[] {
  let after: string;
  try {
    after = edit(recipe.text);
  } catch {
    // Broken YAML elsewhere in the recipe: there is nothing to offer until that is mended.
    return [];
  }
  const before = recipe.text;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  if (start === before.length && start === after.length) return [];
  return [{ range: recipe.range(start, before.length - tail), newText: after.slice(start, after.length - tail) }];
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

/** What a conflict of the model with its target can be mended by, inside the recipe. */
function targetFixes(recipe: RecipeDocument, { code, message }: Diagnostic, models: ModelStore): Fix[] {
  const loaded = readableModel(recipe, models);
  const name = recipe.value(['target']);
  if (!loaded || (name !== undefined && !(typeof name === 'string' && targetNames.includes(name)))) return [];
  if (!recipe.steps.some((step) => step.name === 'quantize')) return [];
  const sentence = typeof message === 'string' ? message : message.value;
  const concerned = targetProblems(loaded, name)
    .filter((problem) => problem.code === code && sentence.startsWith(problem.message))
    .flatMap(({ node }) => node ?? [])
    .filter((node) => recipeLayers(loaded).summaries.has(node))
    .slice(0, mostLayers);
  return concerned.flatMap((node) => offered(`Keep "${node}" in float`, rewritten(recipe, (text) =>
    applyEdit(text, { kind: 'layer-rule', match: exactPattern(node), rule: { keep: 'float' } }).text)));
}
