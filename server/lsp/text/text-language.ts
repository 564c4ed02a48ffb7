/** The text view of models, a read-only document of the scheme `lathe-text`. */

import { modelText } from '../../../protocol/model.ts';
import type { ServerContext } from '../context.ts';
import type { Language } from '../languages/language.ts';
import { onRequest } from '../messages.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { isTextView, modelOfText, printedModel, textOf } from './text-views.ts';

export function textLanguage(context: ServerContext): Language {
  const { connection, models } = context;
  onRequest(connection, modelText, ({ uri }) => ({ text: textOf(printedModel(models.load(uri))) }));
  return {
    owns: isTextView,
    tokens: (document, range) => semanticTokens(printedModel(models.load(modelOfText(document.uri))), range),
  };
}
