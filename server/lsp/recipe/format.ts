/** Formatting: two columns an indent, one space after a colon, one inside braces. Comments and quotes stay. */

import type { TextEdit } from 'vscode-languageserver';
import type { RecipeDocument } from './recipe-document.ts';

/** Nothing for a recipe whose YAML is broken: it would lose what could not be read. */
export function format(recipe: RecipeDocument): TextEdit[] {
  const { yaml, text } = recipe;
  if (yaml.errors.length > 0 || text.trim() === '') return [];
  const formatted = yaml.clone().toString({ lineWidth: 0, flowCollectionPadding: true, indent: 2 });
  return formatted === text ? [] : [{ range: recipe.range(0, text.length), newText: formatted }];
}
