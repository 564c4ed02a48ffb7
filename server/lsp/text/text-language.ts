/** The text view of models, a read-only document of the scheme `lathe-text`. */

import type { DocumentSymbol } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { modelText } from '../../../protocol/model.ts';
import type { PrintedModel } from '../../engine/formats/onnx/text/printed-model.ts';
import type { ServerContext } from '../context.ts';
import type { Language } from '../languages/language.ts';
import { onRequest } from '../messages.ts';
import type { LoadedModel } from '../models/loaded-model.ts';
import { actions } from './actions.ts';
import { hover } from './hover.ts';
import { folding, outline } from './outline.ts';
import { definitionAt, referencesAt } from './places.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { hints, lenses, links } from './shown-nodes.ts';
import { isTextView, modelOfText, printedModel, textOf } from './text-views.ts';

/** Asked for twice: for the outline, and for what can be folded. */
const outlines = new WeakMap<PrintedModel, DocumentSymbol[]>();

function outlineOf(printed: PrintedModel, loaded: LoadedModel): DocumentSymbol[] {
  let symbols = outlines.get(printed);
  if (!symbols) outlines.set(printed, symbols = outline(printed, loaded));
  return symbols;
}

export function textLanguage(context: ServerContext): Language {
  const { connection, documents, models } = context;
  documents.onDidClose(({ document }) => {
    if (isTextView(document)) void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
  });
  onRequest(connection, modelText, ({ uri }) => ({ text: textOf(printedModel(models.load(uri))) }));

  const viewed = <Result>(
    document: TextDocument,
    answer: (printed: PrintedModel, loaded: LoadedModel) => Result,
  ): Result => {
    const loaded = models.load(modelOfText(document.uri));
    return answer(printedModel(loaded), loaded);
  };
  return {
    owns: isTextView,
    hover: (document, position) => viewed(document, (printed, loaded) => hover(printed, loaded, position)),
    definition: (document, position) => viewed(document, (printed) => definitionAt(printed, document.uri, position)),
    references: (document, position) => viewed(document, (printed) => referencesAt(printed, document.uri, position)),
    symbols: (document) => viewed(document, outlineOf),
    folding: (document) => viewed(document, (printed, loaded) => folding(printed, outlineOf(printed, loaded))),
    lenses: (document) => viewed(document, lenses),
    hints: (document, range) => viewed(document, (printed, loaded) => hints(printed, loaded, range)),
    links: (document) => viewed(document, links),
    actions: (document, params) => viewed(document, (_, loaded) => actions(context, loaded, params)),
    tokens: (document, range) => viewed(document, (printed) => semanticTokens(printed, range)),
  };
}
