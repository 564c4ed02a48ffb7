/**
 * Changes of a YAML text that leave everything else as its author wrote it: comments, quotes, spaces, blank lines. The
 * new text is held against what was meant; where it says something else (an alias, a folded text, braces over several
 * lines) the whole document is written anew, which keeps comments and loses spacing.
 */

import { isDeepStrictEqual } from 'node:util';
import { isMap, isPair, isScalar, isSeq, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { LatheError } from '../../../engine/errors.ts';
import type { Path } from '../../../engine/recipe/schema-walk.ts';
import { keyText } from '../recipe-document.ts';
import { blockText, flowText } from './yaml-text.ts';

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly newText: string;
}

/** @throws LatheError `RECIPE` for a text that is no YAML */
function parsed(text: string): Document {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) {
    throw new LatheError('RECIPE', 'The recipe cannot be edited while its YAML is broken.', {
      fix: 'Mend the first problem that is shown in it.',
    });
  }
  return document;
}

/**
 * Sets the value at `path`; groups on the way that are missing are made.
 *
 * @param after keys of which the last one that is there comes before a new key
 */
export function setValue(text: string, path: Path, value: unknown, after: readonly string[] = []): string {
  const document = parsed(text);
  return checked(text, spliceFor(text, document, path, value, after), () => {
    const copy = document.clone();
    setNode(copy, path, value);
    return copy;
  });
}

/** Groups in the place of what is no group on the way: a technique without options, a key without a value. */
function setNode(document: Document, path: Path, value: unknown): void {
  const parent = nodeAt(document, path.slice(0, -1));
  if (path.length > 1 && !isMap(parent) && !isSeq(parent)) {
    setNode(document, path.slice(0, -1), { [String(path.at(-1))]: value });
  } else document.setIn(path, document.createNode(value));
}

/** Adds `item` to the list at `path`, which is made where it is missing: before the item `index`, or at the end. */
export function insertItem(text: string, path: Path, item: unknown, index?: number): string {
  const document = parsed(text);
  const list = nodeAt(document, path);
  if (!isSeq(list) || list.items.length === 0) return setValue(text, path, [item]);
  const before = index !== undefined && index < list.items.length ? index : undefined;
  return checked(text, itemSplice(text, list.items as Node[], list.flow === true, item, before), () => {
    const copy = document.clone();
    const copied = nodeAt(copy, path);
    if (isSeq(copied)) copied.items.splice(before ?? copied.items.length, 0, copy.createNode(item));
    return copy;
  });
}

/** Removes a key with its value, or an item; a list that would be empty goes as a whole. */
export function removeAt(text: string, path: Path): string {
  const document = parsed(text);
  const parent = nodeAt(document, path.slice(0, -1));
  if (isSeq(parent) && parent.items.length === 1) return removeAt(text, path.slice(0, -1));
  return checked(text, removalSplice(text, parent, path.at(-1)), () => {
    const copy = document.clone();
    copy.deleteIn(path);
    return copy;
  });
}

function checked(text: string, splice: Splice | undefined, meant: () => Document): string {
  const copy = meant();
  if (splice) {
    const changed = text.slice(0, splice.start) + splice.newText + text.slice(splice.end);
    const again = parseDocument(changed, { prettyErrors: false });
    if (again.errors.length === 0 && isDeepStrictEqual(again.toJS(), copy.toJS())) return changed;
  }
  return copy.toString({ lineWidth: 0, flowCollectionPadding: true });
}

function nodeAt(document: Document, path: Path): unknown {
  return path.length === 0 ? document.contents : document.getIn(path, true);
}

function spliceFor(
  text: string,
  document: Document,
  path: Path,
  value: unknown,
  after: readonly string[],
): Splice | undefined {
  const key = path.at(-1);
  const parentPath = path.slice(0, -1);
  const parent = nodeAt(document, parentPath);
  if (isSeq(parent) && typeof key === 'number') return itemReplacement(parent.items[key], parent.flow === true, value);
  if (!isMap(parent)) {
    // `- fold`, or `goal:` with nothing behind it.
    return parentPath.length === 0 ? undefined : spliceFor(text, document, parentPath, { [String(key)]: value }, []);
  }
  const pair = parent.items.find((one) => keyText(one) === String(key));
  if (!pair) return newPair(text, parent, String(key), value, after);
  if (isEmpty(pair.value)) {
    const colon = text.indexOf(':', (pair.key as Node).range![1]);
    return colon < 0 ? undefined : { start: colon + 1, end: colon + 1, newText: ` ${flowText(value)}` };
  }
  return replacement(pair.value, value);
}

function isEmpty(value: unknown): boolean {
  return value === null || (isScalar(value) && value.value === null && (value.source ?? '') === '');
}

function itemReplacement(item: unknown, flow: boolean, value: unknown): Splice | undefined {
  const splice = replacement(item, value);
  return splice && !flow ? { ...splice, newText: itemText(value) } : splice;
}

/** The text of the node itself: not a block, whose end is not where it seems. */
function replacement(node: unknown, value: unknown): Splice | undefined {
  const range = (node as Node | undefined)?.range;
  const isBlock = (isMap(node) || isSeq(node)) && node.flow !== true;
  return range && !isBlock ? { start: range[0], end: range[1], newText: flowText(value) } : undefined;
}

function newPair(text: string, parent: YAMLMap, key: string, value: unknown, after: readonly string[]):
Splice | undefined {
  const { range, items } = parent;
  if (!range) return undefined;
  if (parent.flow === true) return flowSplice(text, range, items, `${flowText(key)}: ${flowText(value)}`);
  const previous = items.findLast((pair) => after.includes(keyText(pair))) ?? items.at(-1);
  const first = items[0]?.key as Node | undefined;
  if (!previous || !first?.range) return undefined;
  const indent = columnOf(text, first.range[0]);
  return lineAfter(text, previous, blockText(key, value, indent));
}

/** Behind the last item of a group or list in brackets. */
function flowSplice(
  text: string,
  range: readonly [number, number, number],
  items: readonly unknown[],
  added: string,
): Splice {
  const last = items.at(-1);
  if (last === undefined) {
    const [open, close] = [text[range[0]], text[range[1] - 1]];
    const space = open === '{' ? ' ' : '';
    return { start: range[0], end: range[1], newText: `${open}${space}${added}${space}${close}` };
  }
  const end = endOf(last);
  return { start: end, end, newText: `, ${added}` };
}

function itemSplice(
  text: string,
  items: readonly Node[],
  flow: boolean,
  item: unknown,
  before: number | undefined,
): Splice | undefined {
  if (flow) {
    if (before === undefined) {
      const end = endOf(items.at(-1));
      return { start: end, end, newText: `, ${flowText(item)}` };
    }
    const start = items[before]!.range![0];
    return { start, end: start, newText: `${flowText(item)}, ` };
  }
  const neighbour = items[before ?? items.length - 1]!;
  if (!neighbour.range) return undefined;
  const dash = text.lastIndexOf('-', neighbour.range[0] - 1);
  const line = `${' '.repeat(columnOf(text, dash))}- ${itemText(item)}`;
  if (before === undefined) return lineAfter(text, neighbour, line);
  const start = aboveComments(text, lineStart(text, dash));
  return { start, end: start, newText: `${line}${lineEnd(text)}` };
}

/** A technique stands without braces around its name. */
function itemText(item: unknown): string {
  const entries = typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.entries(item) : [];
  const [entry] = entries;
  const isStep = entry && entries.length === 1 && typeof entry[1] === 'object';
  return isStep ? `${flowText(entry[0])}: ${flowText(entry[1])}` : flowText(item);
}

function removalSplice(text: string, parent: unknown, key: string | number | undefined): Splice | undefined {
  const items: readonly unknown[] = isMap(parent) || isSeq(parent) ? parent.items : [];
  const index = isMap(parent) ? parent.items.findIndex((pair) => keyText(pair) === String(key)) : Number(key);
  const item = items[index];
  if (item === undefined) return undefined;
  const start = startOf(item);
  const end = endOf(item);
  if ((parent as { readonly flow?: boolean }).flow === true) {
    const next = items[index + 1];
    if (next !== undefined) return { start, end: startOf(next), newText: '' };
    const previous = items[index - 1];
    return { start: previous === undefined ? start : endOf(previous), end, newText: '' };
  }
  const own = lineStart(text, isSeq(parent) ? text.lastIndexOf('-', start - 1) : start);
  return { start: own, end: nextLine(text, end), newText: '' };
}

/** `line` on a line of its own under `node`. */
function lineAfter(text: string, node: unknown, line: string): Splice {
  const end = endOf(node);
  const start = nextLine(text, end);
  const eol = lineEnd(text);
  const broken = start > 0 && text[start - 1] !== '\n';
  return { start, end: start, newText: broken ? `${eol}${line}${eol}` : `${line}${eol}` };
}

function startOf(node: unknown): number {
  return isPair(node) ? startOf(node.key) : (node as Node).range?.[0] ?? 0;
}

/** Where the last word in a node ends: the range of a block goes on over comments and blank lines. */
function endOf(node: unknown): number {
  if (isPair(node)) {
    const { key, value } = node;
    return isEmpty(value) ? (key as Node).range![1] + 1 : endOf(value);
  }
  if ((isMap(node) || isSeq(node)) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return (node as Node).range?.[1] ?? 0;
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function nextLine(text: string, offset: number): number {
  const end = text.indexOf('\n', Math.max(0, offset - 1));
  // A text in block style ends after its line break.
  if (text[offset - 1] === '\n') return offset;
  return end < 0 ? text.length : end + 1;
}

/** Comments right above a line belong to what it says. */
function aboveComments(text: string, start: number): number {
  let at = start;
  while (at > 0) {
    const above = lineStart(text, at - 1);
    if (!/^\s*#/.test(text.slice(above, at))) break;
    at = above;
  }
  return at;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function lineEnd(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}
