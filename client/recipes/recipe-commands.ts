import { commands, Uri, window, workspace, type TextDocument } from 'vscode';
import { estimateRecipe, type RecipeEstimate } from '../../protocol/advice.ts';
import type { OpenGraphs } from '../graph/open-graphs.ts';
import { fileName } from '../models/page-model.ts';
import { whichModel } from '../models/which-model.ts';
import type { Starter } from '../runs/start.ts';
import { FailureError } from '../server/failure-error.ts';
import type { ServerLink } from '../server/server-link.ts';
import { requireTrust } from '../server/trust.ts';
import type { Disposable } from '../support/disposable.ts';
import type { Log } from '../support/log.ts';
import type { ReadOnlyTexts } from '../support/read-only-text.ts';
import { registerCommand } from '../support/register.ts';
import { askForRecipe } from '../wizard/compress.ts';
import { estimateText } from './estimate-text.ts';
import { writeRecipe } from './write-recipe.ts';

/** The recipe that a command was given, by a lens or a menu, or the one in the editor. */
function recipeOf(given: unknown): Uri {
  const uri = given instanceof Uri ? given : typeof given === 'string' ? Uri.parse(given) : undefined;
  const active = window.activeTextEditor?.document;
  if (uri) return uri;
  if (active?.languageId === 'lathe-recipe') return active.uri;
  throw new FailureError({ code: 'RECIPE', message: 'No recipe is open.', fix: 'Open a file *.lathe.yaml first.' });
}

/** What is run is what the user sees. */
async function saved(uri: Uri): Promise<TextDocument> {
  const document = await workspace.openTextDocument(uri);
  if (document.isDirty && !await document.save()) {
    throw new FailureError({ code: 'RECIPE', message: `${fileName(uri.path)} could not be saved.` });
  }
  return document;
}

export function registerRecipeCommands(
  { link, log, graphs, starter, texts }: {
    readonly link: ServerLink;
    readonly log: Log;
    readonly graphs: OpenGraphs;
    readonly starter: Starter;
    readonly texts: ReadOnlyTexts;
  },
): Disposable[] {
  const showEstimate = async (uri: Uri): Promise<void> => {
    const document = await workspace.openTextDocument(uri);
    const estimate: RecipeEstimate = await link.request(estimateRecipe, {
      uri: uri.toString(), text: document.getText(),
    });
    const name = fileName(uri.path);
    const view = texts.add(`Estimate of ${name}.md`, estimateText(name, estimate));
    await commands.executeCommand('markdown.showPreviewToSide', view);
  };

  return [
    registerCommand(log, 'lathe.runRecipe', async (given) => {
      const document = await saved(recipeOf(given));
      await starter.start({ kind: 'recipe', recipe: document.uri.fsPath });
    }),
    registerCommand(log, 'lathe.estimateRecipe', (given) => showEstimate(recipeOf(given))),
    registerCommand(log, 'lathe.newRecipe', async (given) => {
      requireTrust();
      const model = await whichModel(given, graphs, 'New Recipe');
      const result = model && await askForRecipe(link, model, { mayRun: false });
      if (!result) return;
      await writeRecipe(result.advice, true);
    }),
  ];
}
