/**
 * What is being typed: a recipe is rarely valid while somebody types, so a word that stands for the cursor is put into
 * the text, and the place of that word in the syntax tree (which YAML builds for broken text too) is the answer.
 */

import { isPair, isScalar, parseDocument, visit, type Pair, type Scalar } from 'yaml';
import type { Path } from '../../engine/recipe/schema-walk.ts';
import { pathOf } from './recipe-document.ts';

/** A character that no recipe has. */
const mark = '\uE0C5';

export interface Cursor {
  /** Of the group that a key is typed in, of the list that an item is typed in, else of the value that is typed. */
  readonly path: Path;
  readonly wanted: 'key' | 'item' | 'value';
  /** Keys that the group has besides the one that is typed. */
  readonly siblings: readonly string[];
  /** What is typed before the cursor, without an opening quote. */
  readonly prefix: string;
  /** Offsets of what a chosen word replaces: the word around the cursor, without quotes. */
  readonly start: number;
  readonly end: number;
  /** The quote that the word is in, if any. */
  readonly quote: '"' | "'" | '';
  /** `true` where the word is a line of its own, so that a key may open a group under it. */
  readonly ownLine: boolean;
  /** `true` inside braces or brackets. */
  readonly inline: boolean;
  /** `true` where a key already has its colon. */
  readonly colon: boolean;
  /** What an item must start with: `- ` where the line has no dash yet. */
  readonly lead: string;
}

/** Undefined where nothing of the recipe can be typed: in a comment, after a finished value. */
export function cursorAt(text: string, offset: number): Cursor | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = endOfLine(text, offset);
  const before = text.slice(lineStart, offset);
  const after = text.slice(offset, lineEnd);
  const quoted = openQuote(before);
  if (quoted === undefined) return undefined;
  const word = wordAround(before, after, quoted);
  const own = /^\s*$/.test(before.slice(0, before.length - word.before.length)) && /^\s*(#.*)?$/.test(word.rest);
  const blank = own && word.before === '' && word.after === '';
  const dash = blank ? dashAbove(text, lineStart, before.length) : undefined;
  // A key wants its colon, lest the line below becomes part of it; an item wants its dash.
  const typed = dash === undefined ? `${mark}${closing(quoted, word)}${blank ? ':' : ''}` : `- ${mark}`;
  const found = find(`${text.slice(0, offset)}${typed}${text.slice(offset)}`);
  if (!found) return undefined;
  const { scalar, ancestors, isKey } = found;
  const start = offset - word.before.length;
  const common = {
    prefix: word.before,
    start,
    end: offset + word.after.length,
    quote: quoted?.quote ?? '',
    ownLine: own,
    inline: inFlow(ancestors),
    colon: /^\s*:(\s|$)/.test(word.rest),
    lead: dash === undefined ? '' : '- ',
  } as const;
  // A text that goes on from the line above is no new word.
  if (typeof scalar.value === 'string' && /\s/.test(scalar.value) && !quoted && own && !blank) return undefined;
  const path = pathOf(ancestors, scalar);
  const parent = ancestors.at(-1);
  if (isKey && isPair(parent)) {
    return { ...common, wanted: 'key', path: path.slice(0, -1), siblings: siblingsOf(ancestors.at(-2), parent) };
  }
  const inList = typeof path.at(-1) === 'number';
  return { ...common, wanted: inList ? 'item' : 'value', path: inList ? path.slice(0, -1) : path, siblings: [] };
}

function endOfLine(text: string, offset: number): number {
  const end = text.slice(offset).search(/\r?\n/);
  return end < 0 ? text.length : offset + end;
}

interface OpenQuote {
  readonly quote: '"' | "'";
  /** Column after the quote. */
  readonly start: number;
}

/** The quote that is open at the end of the line's beginning; null for none, undefined inside a comment. */
function openQuote(line: string): OpenQuote | null | undefined {
  let open: OpenQuote | null = null;
  for (let i = 0; i < line.length; i++) {
    const char = line[i]!;
    if (open) {
      if (char === '\\' && open.quote === '"') i += 1;
      else if (char === open.quote) open = null;
    } else if ((char === '"' || char === "'") && /(^|[\s,:[{-])$/.test(line.slice(0, i))) {
      open = { quote: char, start: i + 1 };
    } else if (char === '#' && /(^|\s)$/.test(line.slice(0, i))) return undefined;
  }
  return open;
}

interface Word {
  readonly before: string;
  readonly after: string;
  /** The line behind the word and its closing quote. */
  readonly rest: string;
  readonly closed: boolean;
}

function wordAround(before: string, after: string, quoted: OpenQuote | null): Word {
  if (quoted) {
    const close = after.indexOf(quoted.quote);
    const end = close >= 0 ? close : /^[^,}\]]*/.exec(after)![0].length;
    return {
      before: before.slice(quoted.start),
      after: after.slice(0, end),
      rest: after.slice(close >= 0 ? end + 1 : end),
      closed: close >= 0,
    };
  }
  const head = /[^\s,[\]{}:#"']*(?::[^\s,[\]{}:#"']+)*$/.exec(before)![0];
  const tail = /^[^\s,[\]{}:#"']*/.exec(after)![0];
  const dash = head.startsWith('-') && /^\s*$/.test(before.slice(0, before.length - head.length)) ? 1 : 0;
  return { before: head.slice(dash), after: tail, rest: after.slice(tail.length), closed: true };
}

function closing(quoted: OpenQuote | null, { closed }: Word): string {
  return quoted && !closed ? quoted.quote : '';
}

/** Whether a blank line at this column goes on with the list above it: the dash's column. */
function dashAbove(text: string, lineStart: number, column: number): number | undefined {
  const lines = text.slice(0, lineStart).split('\n');
  for (const line of lines.reverse()) {
    const indent = /^\s*/.exec(line)![0].length;
    if (line.trim() === '' || line.trim().startsWith('#') || indent > column) continue;
    return indent === column && /^-(\s|$)/.test(line.slice(indent)) ? indent : undefined;
  }
  return undefined;
}

interface Found {
  readonly scalar: Scalar;
  readonly ancestors: readonly unknown[];
  readonly isKey: boolean;
}

function find(text: string): Found | undefined {
  let found: Found | undefined;
  visit(parseDocument(text, { prettyErrors: false }), {
    Scalar(key, scalar, ancestors) {
      if (typeof scalar.value !== 'string' || !scalar.value.includes(mark)) return undefined;
      found = { scalar, ancestors: [...ancestors], isKey: key === 'key' };
      return visit.BREAK;
    },
  });
  return found;
}

function inFlow(ancestors: readonly unknown[]): boolean {
  return ancestors.some((node) => (node as { readonly flow?: boolean }).flow === true);
}

function siblingsOf(group: unknown, typed: Pair): string[] {
  const { items } = group as { readonly items?: readonly Pair[] };
  return (items ?? []).flatMap((pair) => (pair !== typed && isScalar(pair.key) ? [String(pair.key.value)] : []));
}
