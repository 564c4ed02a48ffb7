/** Keeps the problems of open recipes up to date. */

import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { ServerContext } from '../context.ts';
import { diagnose } from './diagnose.ts';
import type { RecipeDocuments } from './recipe-document.ts';

/** Typing goes on: the problems of a text that changes again at once are nobody's interest. */
const pauseMs = 150;

export function publishDiagnostics(
  context: ServerContext,
  recipes: RecipeDocuments,
  isRecipe: (document: TextDocument) => boolean,
): void {
  const { connection, documents, models } = context;
  const waiting = new Map<string, NodeJS.Timeout>();
  const publish = (document: TextDocument): void => {
    void connection.sendDiagnostics({
      uri: document.uri, version: document.version, diagnostics: diagnose(recipes.of(document), models),
    });
  };
  const soon = (document: TextDocument, afterMs: number): void => {
    clearTimeout(waiting.get(document.uri));
    waiting.set(document.uri, setTimeout(() => {
      waiting.delete(document.uri);
      publish(document);
    }, afterMs));
  };
  const all = (): void => {
    for (const document of documents.all()) if (isRecipe(document)) soon(document, 0);
  };
  documents.onDidOpen(({ document }) => isRecipe(document) && soon(document, 0));
  documents.onDidChangeContent(({ document }) => isRecipe(document) && soon(document, pauseMs));
  documents.onDidClose(({ document }) => {
    if (!isRecipe(document)) return;
    clearTimeout(waiting.get(document.uri));
    waiting.delete(document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  context.onFilesChanged(all);
  context.onDispose({ dispose: () => waiting.forEach((timer) => clearTimeout(timer)) });
}
