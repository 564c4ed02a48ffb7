/** Problems of models: diagnostics for the Problems panel, a list for the graph view. */

import { checkTarget } from '../../../protocol/advice.ts';
import { modelProblems } from '../../../protocol/problems.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { onRequest } from '../messages.ts';
import { pathOf } from '../models/store.ts';
import { isTextView, modelOfText } from '../text/text-views.ts';
import { ProblemBook } from './problem-book.ts';

export const problemsFeature: Feature = {
  register(context: ServerContext): void {
    const { connection, documents, models, results } = context;
    const book = new ProblemBook(context);
    models.onOpened((uri) => book.opened(uri));
    models.onClosed((uri) => book.forget(uri));
    models.onChanged((uri) => void book.refresh(uri));
    context.onSettingsChanged(() => book.refreshAll());
    // A recipe that was saved has other rules.
    context.onFilesChanged((uris) => {
      if (uris.some((uri) => /\.lathe\.ya?ml$/.test(uri))) book.refreshAll();
    });
    context.onDispose(results.onChanged((paths) => {
      for (const uri of models.openUris) if (paths.includes(pathOf(uri))) void book.refresh(uri);
    }));
    documents.onDidOpen(({ document }) => {
      if (isTextView(document)) book.republish(modelOfText(document.uri));
    });
    onRequest(connection, modelProblems, ({ uri }) => book.of(uri));
    onRequest(connection, checkTarget, async ({ uri, target }) => ({ problems: await book.check(uri, target) }));
  },
};
