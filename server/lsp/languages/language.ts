/** A language that the editor's text documents are in: what it can answer about a document. */

import type {
  CodeAction,
  CodeActionParams,
  CodeLens,
  CompletionList,
  DocumentLink,
  DocumentSymbol,
  FoldingRange,
  Hover,
  InlayHint,
  Location,
  Position,
  Range,
  SemanticTokens,
  TextEdit,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';

type Answer<T> = T | Promise<T>;

export interface Language {
  owns(document: TextDocument): boolean;
  complete?(document: TextDocument, position: Position): Answer<CompletionList>;
  hover?(document: TextDocument, position: Position): Answer<Hover | null>;
  definition?(document: TextDocument, position: Position): Answer<Location[]>;
  references?(document: TextDocument, position: Position): Answer<Location[]>;
  symbols?(document: TextDocument): Answer<DocumentSymbol[]>;
  folding?(document: TextDocument): Answer<FoldingRange[]>;
  lenses?(document: TextDocument): Answer<CodeLens[]>;
  hints?(document: TextDocument, range: Range): Answer<InlayHint[]>;
  links?(document: TextDocument): Answer<DocumentLink[]>;
  actions?(document: TextDocument, params: CodeActionParams): Answer<CodeAction[]>;
  format?(document: TextDocument): Answer<TextEdit[]>;
  /** Of the lines in `range`, or of all. */
  tokens?(document: TextDocument, range?: Range): Answer<SemanticTokens>;
}
