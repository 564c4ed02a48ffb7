/** What the extension asks about recipes besides the editor's questions: fixes and estimates. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { estimateRecipe, type RecipeEstimate } from '../../../protocol/advice.ts';
import { applyFix, type ApplyFixParams, type ApplyFixResult } from '../../../protocol/problems.ts';
import { LatheError, messageOf } from '../../engine/errors.ts';
import { parseRecipe } from '../../engine/recipe/parse.ts';
import { predictRecipe } from '../../engine/recipe/predict.ts';
import { recipeError } from '../../engine/recipe/problem.ts';
import type { ServerContext } from '../context.ts';
import { onRequest } from '../messages.ts';
import { pathOf, uriOf } from '../models/store.ts';
import { applyEdit } from './edit/apply-edit.ts';
import { newestRecipe } from './edit/find-recipe.ts';
import { newRecipe } from './edit/new-recipe.ts';

export function answerRequests(context: ServerContext): void {
  onRequest(context.connection, applyFix, (params) => fixRecipe(context, params));
  onRequest(context.connection, estimateRecipe, ({ uri, text }) => estimate(context, uri, text));
}

/** The recipe of a model after an edit: nothing is written, the editor does that. */
export async function fixRecipe(
  context: ServerContext,
  { uri, edit, recipe }: ApplyFixParams,
): Promise<ApplyFixResult> {
  const loaded = context.models.load(uri);
  const path = recipe === undefined ? await newestRecipe(loaded.path, context.results) : pathOf(recipe);
  if (path !== undefined) {
    const known = recipe ?? uriOf(path);
    return { recipe: known, created: false, ...applyEdit(textOf(context, known), edit) };
  }
  const made = await newRecipe(loaded, context.settings.target, context.results);
  return { recipe: uriOf(made.path), created: true, ...applyEdit(made.text, edit) };
}

/** As the editor has it, which may be newer than the file. */
function textOf({ documents }: ServerContext, uri: string): string {
  const path = pathOf(uri);
  const open = documents.get(uri) ?? documents.all().find((document) => pathOf(document.uri) === path);
  if (open) return open.getText();
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LatheError('FILE', `The recipe ${path} cannot be read.`, {
      detail: messageOf(error), fix: 'Check the path and the permissions.', at: { file: path }, cause: error,
    });
  }
}

function estimate({ models }: ServerContext, uri: string, text: string): RecipeEstimate {
  const path = pathOf(uri);
  const { recipe, problems } = parseRecipe(text);
  if (!recipe) throw recipeError(path, problems);
  const { model } = models.load(resolve(dirname(path), recipe.model));
  const { layers, notes, ...predicted } = predictRecipe(model, recipe);
  return {
    predicted,
    layers: layers.map(({ name, opType, action, weightBytes, predictedBytes }) => ({
      name, opType, action, bytesBefore: weightBytes, bytesAfter: predictedBytes,
    })),
    notes: notes.map(({ message }) => message),
  };
}
