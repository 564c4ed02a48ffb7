/** Edits that rewrite a recipe, as an editor takes them. */

import type { TextEdit } from 'vscode-languageserver';
import type { RecipeDocument } from './recipe-document.ts';

/** Replaces the whole text by one that an edit made, as the smallest single change. */
export function rewritten(recipe: RecipeDocument, edit: (text: string) => string): TextEdit[] {
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
