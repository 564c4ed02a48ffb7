import { Uri, workspace } from 'vscode';
import type { RecipeAdvice } from '../../protocol/advice.ts';
import { createText, replaceText, showLine } from './whole-edit.ts';

async function exists(uri: Uri): Promise<boolean> {
  try {
    await workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

/** Writes an advised recipe, through the editor where it is there already, so that what was in it can be had back. */
export async function writeRecipe({ recipe, text }: RecipeAdvice, show: boolean): Promise<Uri> {
  const uri = Uri.file(recipe);
  if (!await exists(uri)) await createText(uri, text);
  if (show || !await hasText(uri, text)) {
    const document = await workspace.openTextDocument(uri);
    await replaceText(document, text);
    await document.save();
    if (show) await showLine(document, 0);
  }
  return uri;
}

async function hasText(uri: Uri, text: string): Promise<boolean> {
  return new TextDecoder().decode(await workspace.fs.readFile(uri)) === text;
}
