/** Colours of the text view: the tokens of the printed model in the numbers of the language server protocol. */

import { SemanticTokensBuilder, type Range, type SemanticTokens } from 'vscode-languageserver';
import {
  firstTokenFrom, textTokenKinds, type PrintedModel, type TextTokenKind,
} from '../../engine/formats/onnx/text/printed-model.ts';

export const tokenTypes = ['keyword', 'type', 'number', 'string', 'comment', 'property', 'function', 'variable',
  'parameter', 'namespace', 'label'] as const;

export const tokenModifiers = ['declaration', 'definition'] as const;

/** The type of a token, and the bits of its modifiers. */
const looks: Readonly<Record<TextTokenKind, readonly [(typeof tokenTypes)[number], number]>> = {
  keyword: ['keyword', 0],
  type: ['type', 0],
  number: ['number', 0],
  string: ['string', 0],
  comment: ['comment', 0],
  attribute: ['property', 0],
  operator: ['function', 0],
  dimension: ['parameter', 0],
  graph: ['namespace', 0],
  node: ['label', 0],
  definition: ['variable', 2],
  use: ['variable', 0],
  declaration: ['variable', 1],
};

const codes = textTokenKinds.map((kind) => {
  const [type, modifiers] = looks[kind];
  return { type: tokenTypes.indexOf(type), modifiers };
});

/** Of the lines in `range`, or of all. */
export function semanticTokens(printed: PrintedModel, range?: Range): SemanticTokens {
  const { line, column, length, kind } = printed.tokens;
  const builder = new SemanticTokensBuilder();
  const last = range?.end.line ?? Infinity;
  for (let i = range ? firstTokenFrom(printed, range.start.line) : 0; i < line.length && line[i]! <= last; i++) {
    const { type, modifiers } = codes[kind[i]!]!;
    builder.push(line[i]!, column[i]!, length[i]!, type, modifiers);
  }
  return builder.build();
}
