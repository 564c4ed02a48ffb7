import { Uri, window, workspace } from 'vscode';
import { applyFix, type RecipeEdit } from '../../protocol/problems.ts';
import { createText, replaceText, showLine } from '../recipes/whole-edit.ts';
import type { ServerLink } from '../server/server-link.ts';

/**
 * Edits the recipe of a model as a fix of one of its problems says, and shows the changed line. The document is left
 * unsaved, so that the user sees what was done and can undo it; a recipe that is new is written.
 */
export async function applyRecipeEdit(link: ServerLink, model: Uri, edit: RecipeEdit, recipe?: string): Promise<void> {
  const fixed = await link.request(applyFix, {
    uri: model.toString(), edit, ...(recipe === undefined ? {} : { recipe }),
  });
  const uri = Uri.parse(fixed.recipe);
  if (fixed.created) await createText(uri, fixed.text);
  const document = await workspace.openTextDocument(uri);
  const changed = fixed.created || document.getText() !== fixed.text;
  await replaceText(document, fixed.text);
  await showLine(document, fixed.line);
  if (!changed) void window.showInformationMessage('The recipe says so already: run it to mend the problem.');
}
