/** Quick fixes of a model's problems in its text view: they edit the recipe of the model. */

import { CodeActionKind, type CodeAction, type CodeActionParams, type WorkspaceEdit } from 'vscode-languageserver';
import type { ApplyFixResult, ModelProblem } from '../../../protocol/problems.ts';
import type { ServerContext } from '../context.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { fixRecipe } from '../recipe/requests.ts';

/** The last line of any document. */
const beyond = 2 ** 31 - 1;

export async function actions(
  context: ServerContext,
  loaded: LoadedModel,
  { context: { diagnostics } }: CodeActionParams,
): Promise<CodeAction[]> {
  const offered = diagnostics.flatMap((diagnostic) => {
    // What the problems feature gave the diagnostic comes back with it.
    const problem = diagnostic.data as Partial<ModelProblem> | undefined;
    return (problem?.fixes ?? []).map(({ title, edit }) => ({ diagnostic, title, edit }));
  });
  return Promise.all(offered.map(async ({ diagnostic, title, edit }): Promise<CodeAction> => {
    const fixed = await fixRecipe(context, { uri: loaded.uri, edit });
    return {
      title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      edit: workspaceEdit(fixed),
      // The change is in another file: show it.
      command: { title: 'Show the recipe', command: 'vscode.open', arguments: [fixed.recipe] },
    };
  }));
}

function workspaceEdit({ recipe, created, text }: ApplyFixResult): WorkspaceEdit {
  const start = { line: 0, character: 0 };
  const edits = [{ range: { start, end: { line: created ? 0 : beyond, character: 0 } }, newText: text }];
  return {
    documentChanges: [
      ...(created ? [{ kind: 'create' as const, uri: recipe, options: { ignoreIfExists: true } }] : []),
      { textDocument: { uri: recipe, version: null }, edits },
    ],
  };
}
