/** Finds the text range of a place in a parsed YAML document. */

import { isAlias, isCollection, isMap, isPair, isScalar, isSeq } from 'yaml';
import type { Document, LineCounter, Node } from 'yaml';
import type { RecipeProblem } from './problem.ts';
import type { Path } from './schema-walk.ts';

/** Offsets into the text, end exclusive. */
export type Range = readonly [start: number, end: number];

interface Found {
  /** The key's own node, when the place is in a map. */
  readonly key: Node | undefined;
  readonly value: Node | null;
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function step(document: Document, parent: unknown, name: string | number): Found | undefined {
  const node = resolved(document, parent);
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(name));
    return pair && { key: pair.key as Node, value: pair.value as Node | null };
  }
  if (isSeq(node) && typeof name === 'number') {
    const item = node.items[name];
    return isPair(item) || item === undefined ? undefined : { key: undefined, value: item as Node | null };
  }
  return undefined;
}

/**
 * The range of the value at `path`, or of its key: `part` says which is wanted. A value that is empty has its key's
 * range; a place that does not exist has that of the nearest place around it that does.
 */
export function rangeAt(document: Document, path: Path, part: 'key' | 'value'): Range {
  let found: Found = { key: undefined, value: document.contents };
  for (const name of path) {
    const next = step(document, found.value, name);
    if (!next) return headOf(found);
    found = next;
  }
  if (part === 'key') return headOf(found);
  const range = found.value?.range;
  return range && range[1] > range[0] ? [range[0], range[1]] : headOf(found);
}

/** The key of a place; without one, the first key or item inside, so that a whole block is never underlined. */
function headOf({ key, value }: Found): Range {
  if (key?.range) return [key.range[0], key.range[1]];
  if (isCollection(value)) {
    const first: unknown = value.items[0];
    const inner = isPair(first) ? headOf({ key: first.key as Node, value: null }) : undefined;
    if (inner) return inner;
  }
  return value?.range ? [value.range[0], value.range[1]] : [0, 0];
}

/** Lines and columns of a range. */
export function placeOf(
  lines: LineCounter,
  [start, end]: Range,
): Pick<RecipeProblem, 'line' | 'column' | 'endLine' | 'endColumn'> {
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  // Before the first line is known (an empty text) the counter answers 0.
  return {
    line: Math.max(1, from.line),
    column: Math.max(1, from.col),
    endLine: Math.max(1, to.line),
    endColumn: Math.max(1, to.col),
  };
}
