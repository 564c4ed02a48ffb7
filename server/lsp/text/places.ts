/** What stands at a place of the text view, and where a thing stands. */

import type { Location, Position, Range } from 'vscode-languageserver';
import {
  textTokenKinds, tokenAt, type PrintedModel, type TextTokenKind,
} from '../../engine/formats/onnx/text/printed-model.ts';

export interface Token {
  readonly kind: TextTokenKind;
  /** See `TextTokens.reference`. */
  readonly reference: number;
  readonly range: Range;
}

const valueKinds: readonly TextTokenKind[] = ['definition', 'use', 'declaration'];

export function isValue({ kind }: Token): boolean {
  return valueKinds.includes(kind);
}

export function tokenOf(printed: PrintedModel, index: number): Token {
  const { line, column, length, kind, reference } = printed.tokens;
  const start = { line: line[index]!, character: column[index]! };
  return {
    kind: textTokenKinds[kind[index]!]!,
    reference: reference[index]!,
    range: { start, end: { line: start.line, character: start.character + length[index]! } },
  };
}

export function tokenUnder(printed: PrintedModel, { line, character }: Position): Token | undefined {
  const index = tokenAt(printed, line, character);
  return index < 0 ? undefined : tokenOf(printed, index);
}

/** Every token of these kinds that refers to `reference`, in the order of the text. */
export function tokensTo(printed: PrintedModel, kinds: readonly TextTokenKind[], reference: number): Token[] {
  const wanted = new Set(kinds.map((kind) => textTokenKinds.indexOf(kind)));
  const { kind, reference: references } = printed.tokens;
  const found: Token[] = [];
  for (let i = 0; i < references.length; i++) {
    if (references[i] === reference && wanted.has(kind[i]!)) found.push(tokenOf(printed, i));
  }
  return found;
}

/** Index of the node that `line` belongs to; -1 where none does. The innermost one, in a body. */
export function nodeOfLine({ nodeLine, nodeEndLine, nodes }: PrintedModel, line: number): number {
  let found = -1;
  // A node before those of its bodies: the last that holds the line is the innermost.
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nodeLine[middle]! <= line) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0 && found < 0; i--) if (nodeEndLine[i]! >= line) found = i;
  return found;
}

/** Where the value under the cursor comes from; for an operator that is a function, the function. */
export function definitionAt(printed: PrintedModel, uri: string, position: Position): Location[] {
  const token = tokenUnder(printed, position);
  if (!token) return [];
  const found = isValue(token)
    ? tokensTo(printed, ['definition'], token.reference)
    : token.kind === 'operator' ? tokensTo(printed, ['graph'], functionOf(printed, token.reference)) : [];
  return found.map(({ range }) => ({ uri, range }));
}

/** Every place of the value under the cursor; for the name of a function, its calls. */
export function referencesAt(printed: PrintedModel, uri: string, position: Position): Location[] {
  const token = tokenUnder(printed, position);
  if (!token) return [];
  if (isValue(token)) return tokensTo(printed, valueKinds, token.reference).map(({ range }) => ({ uri, range }));
  if (token.kind !== 'graph') return [];
  const operator = textTokenKinds.indexOf('operator');
  const { kind, reference } = printed.tokens;
  return [...kind.keys()]
    .filter((i) => kind[i] === operator && functionOf(printed, reference[i]!) === token.reference)
    .map((i) => ({ uri, range: tokenOf(printed, i).range }));
}

/** The scope of the function that a node calls; -1 for an operator. */
function functionOf({ nodes, scopes }: PrintedModel, node: number): number {
  const { opType, domain, overload } = nodes[node]!;
  return scopes.findIndex(({ definition }) => definition?.name === opType && definition.domain === domain
    && definition.overload === overload);
}
