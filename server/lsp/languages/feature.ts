/** The languages of the server: a request goes to the one that the document is in. */

import type {
  CancellationToken,
  CompletionList,
  CompletionParams,
  SemanticTokens,
  TextDocumentIdentifier,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { LatheError } from '../../engine/errors.ts';
import type { ServerContext } from '../context.ts';
import type { Feature } from '../features.ts';
import { handled } from '../messages.ts';
import { recipeLanguage } from '../recipe/recipe-language.ts';
import { textLanguage } from '../text/text-language.ts';
import { tokenModifiers, tokenTypes } from '../text/semantic-tokens.ts';
import type { Language } from './language.ts';
import { refreshWhenFilesChange } from './refresh.ts';

interface DocumentParams {
  readonly textDocument: TextDocumentIdentifier;
}

export const languagesFeature: Feature = {
  capabilities: {
    completionProvider: { triggerCharacters: [':', ' ', '/', '"', "'", '{', '[', ',', '.', '-', '*'] },
    hoverProvider: true,
    definitionProvider: true,
    referencesProvider: true,
    documentSymbolProvider: true,
    foldingRangeProvider: true,
    codeLensProvider: {},
    inlayHintProvider: true,
    documentLinkProvider: {},
    codeActionProvider: { codeActionKinds: ['quickfix'] },
    documentFormattingProvider: true,
    semanticTokensProvider: {
      legend: { tokenTypes: [...tokenTypes], tokenModifiers: [...tokenModifiers] }, full: true, range: true,
    },
  },
  register(context: ServerContext): void {
    const { connection, documents } = context;
    refreshWhenFilesChange(context);
    const languages: readonly Language[] = [recipeLanguage(context), textLanguage(context)];
    const noTokens: SemanticTokens = { data: [] };
    const noItems: CompletionList = { isIncomplete: false, items: [] };

    /** Asks the language of the document; `nothing` where there is no such document, language or answer. */
    const asked = <Params extends DocumentParams, Result>(
      nothing: Result,
      ask: (language: Language, document: TextDocument, params: Params) => Result | Promise<Result> | undefined,
    ): ((params: Params, token: CancellationToken) => Promise<Result>) => {
      const answer = handled(connection, async (params: Params): Promise<Result> => {
        const document = documents.get(params.textDocument.uri);
        const language = document && languages.find((one) => one.owns(document));
        try {
          return (language && await ask(language, document, params)) ?? nothing;
        } catch (error) {
          // A model that cannot be read, a recipe that is broken: told as problems, once, and not with every key.
          if (error instanceof LatheError) return nothing;
          throw error;
        }
      });
      // The library's types know no errors with data here; on the wire they are the same.
      return answer as (params: Params, token: CancellationToken) => Promise<Result>;
    };

    const completion = asked(noItems, (language, document, { position }: CompletionParams) =>
      language.complete?.(document, position));
    connection.onCompletion(completion);
    connection.onHover(asked(null, (language, document, { position }) => language.hover?.(document, position)));
    connection.onDefinition(asked([], (language, document, { position }) => language.definition?.(document, position)));
    connection.onReferences(asked([], (language, document, { position }) => language.references?.(document, position)));
    connection.onDocumentSymbol(asked([], (language, document) => language.symbols?.(document)));
    connection.onFoldingRanges(asked([], (language, document) => language.folding?.(document)));
    connection.onCodeLens(asked([], (language, document) => language.lenses?.(document)));
    const { inlayHint, semanticTokens } = connection.languages;
    inlayHint.on(asked([], (language, document, { range }) => language.hints?.(document, range)));
    connection.onDocumentLinks(asked([], (language, document) => language.links?.(document)));
    connection.onCodeAction(asked([], (language, document, params) => language.actions?.(document, params)));
    connection.onDocumentFormatting(asked([], (language, document) => language.format?.(document)));
    semanticTokens.on(asked(noTokens, (language, document) => language.tokens?.(document)));
    semanticTokens.onRange(asked(noTokens, (language, document, { range }) => language.tokens?.(document, range)));
  },
};
