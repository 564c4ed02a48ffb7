import { DiagnosticSeverity, languages, LanguageStatusSeverity, window, type LanguageStatusItem } from 'vscode';
import { estimateRecipe } from '../../protocol/advice.ts';
import type { ServerLink } from '../server/server-link.ts';
import { disposeAll, type Disposable } from '../support/disposable.ts';
import { predictionText } from '../wizard/figures.ts';

/** Typing goes on: the estimate waits until it has stopped for this long. */
const quietMs = 500;

/** What the recipe in the editor would do, in the language status; a click estimates it layer by layer. */
export function recipeStatus(link: ServerLink): Disposable {
  const item = languages.createLanguageStatusItem('lathe.recipe', { language: 'lathe-recipe' });
  item.name = 'Lathe Recipe';
  item.text = 'Recipe';
  item.command = { command: 'lathe.estimateRecipe', title: 'Estimate' };
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void tellStatus(link, item), quietMs);
  };
  const registrations = [
    item,
    { dispose: () => clearTimeout(timer) },
    languages.onDidChangeDiagnostics(later),
    window.onDidChangeActiveTextEditor(later),
    link.onDidStart(later),
  ];
  later();
  return { dispose: () => disposeAll(registrations) };
}

async function tellStatus(link: ServerLink, item: LanguageStatusItem): Promise<void> {
  const document = window.activeTextEditor?.document;
  if (document?.languageId !== 'lathe-recipe') return;
  const uri = document.uri.toString();
  const errors = languages.getDiagnostics(document.uri)
    .filter(({ severity }) => severity === DiagnosticSeverity.Error).length;
  if (errors > 0) {
    item.severity = LanguageStatusSeverity.Error;
    item.text = errors === 1 ? '1 error in the recipe' : `${errors} errors in the recipe`;
    delete item.detail;
    return;
  }
  item.busy = true;
  try {
    const { predicted } = await link.request(estimateRecipe, { uri, text: document.getText() });
    item.severity = LanguageStatusSeverity.Information;
    item.text = predictionText(predicted);
    item.detail = `Estimated. ${predicted.basis}`;
  } catch {
    // What is wrong with it the diagnostics say, or the server is not there, which was told.
    item.severity = LanguageStatusSeverity.Warning;
    item.text = 'No estimate';
    delete item.detail;
  } finally {
    item.busy = false;
  }
}
