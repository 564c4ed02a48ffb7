/** A word that may stand where the cursor is. */

import type { CompletionItemKind } from 'vscode-languageserver';

export interface Proposal {
  readonly word: string;
  readonly kind?: CompletionItemKind;
  readonly detail?: string;
  readonly documentation?: string;
  /** Written as it is: a number, `true`. */
  readonly literal?: boolean;
}
