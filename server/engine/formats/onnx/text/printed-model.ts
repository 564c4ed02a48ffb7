/**
 * A model as text, with the place of everything in it. Columns of numbers instead of objects: a model of 20,000 nodes
 * has half a million tokens.
 */

import type { Graph } from '../../../model/graph.ts';
import type { FunctionDefinition } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';

/** What a token is; the value in `TextTokens.kind`. */
export const textTokenKinds = [
  'keyword', 'type', 'number', 'string', 'comment', 'attribute', 'operator', 'dimension',
  /** The name of a graph or a function. */
  'graph',
  /** The name of a node. */
  'node',
  /** A value where it comes from: an input, an initializer, the output of a node. */
  'definition',
  /** A value where it is read: the input of a node, the output of a graph. */
  'use',
  /** A value where only its type is told. */
  'declaration',
] as const;

export type TextTokenKind = (typeof textTokenKinds)[number];

/** By token, in the order of the text; lines and columns from 0, in UTF-16 units. No token crosses a line. */
export interface TextTokens {
  readonly line: Int32Array;
  readonly column: Int32Array;
  readonly length: Int32Array;
  /** Index into `textTokenKinds`. */
  readonly kind: Uint8Array;
  /**
   * 'definition', 'use', 'declaration': the value. 'node', 'operator': the node. 'graph': the scope. 'attribute': the
   * node that has it. Else -1.
   */
  readonly reference: Int32Array;
}

/** A graph or a function: names of values are unique inside, and seen from the scopes within. */
export interface TextScope {
  readonly name: string;
  readonly graph: Graph | undefined;
  readonly definition: FunctionDefinition | undefined;
  /** Index of the scope around it, -1 for none. */
  readonly parent: number;
  /** Index of the node whose attribute the graph is, -1 for none. */
  readonly owner: number;
  readonly line: number;
  /** The last line. */
  readonly endLine: number;
}

/** Lines that can be folded away: `endLine` is the last one of them. */
export interface TextBlock {
  readonly kind: 'head' | 'inputs' | 'initializers' | 'nodes' | 'attributes';
  readonly line: number;
  readonly endLine: number;
}

export interface PrintedModel {
  readonly lines: readonly string[];
  /** In the order of `Graph.walk()`; after those of the graph those of each function. */
  readonly nodes: readonly Node[];
  /** By node. */
  readonly nodeLine: Int32Array;
  /** By node: its last line, where it has subgraphs. */
  readonly nodeEndLine: Int32Array;
  /** By node: the scope that it is in. */
  readonly nodeScope: Int32Array;
  readonly valueNames: readonly string[];
  /** By value: the scope that it belongs to. */
  readonly valueScope: Int32Array;
  /** The first is the model's graph. */
  readonly scopes: readonly TextScope[];
  readonly tokens: TextTokens;
  readonly blocks: readonly TextBlock[];
}

/** Index of the token at a place, its end included; -1 for none. */
export function tokenAt({ tokens }: PrintedModel, line: number, column: number): number {
  let low = 0;
  let high = tokens.line.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const before = tokens.line[middle]! < line
      || (tokens.line[middle] === line && tokens.column[middle]! + tokens.length[middle]! < column);
    if (before) low = middle + 1;
    else high = middle;
  }
  // Two tokens may touch: the one that starts here is meant.
  const next = low + 1;
  if (tokens.line[next] === line && tokens.column[next] === column) return next;
  return tokens.line[low] === line && tokens.column[low]! <= column ? low : -1;
}

/** Index of the first token of `line` or after it. */
export function firstTokenFrom({ tokens }: PrintedModel, line: number): number {
  let low = 0;
  let high = tokens.line.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tokens.line[middle]! < line) low = middle + 1;
    else high = middle;
  }
  return low;
}
