/** YAML's own errors in words for people who do not know its grammar. */

import type { YAMLError } from 'yaml';
import type { Range } from './place.ts';

export interface YamlProblem {
  readonly message: string;
  readonly range: Range;
  readonly duplicate: boolean;
}

/**
 * One problem a line: what else YAML reports there follows from the first.
 *
 * @param text the whole document
 * @param errors what the YAML library found
 */
export function yamlProblems(text: string, errors: readonly YAMLError[]): YamlProblem[] {
  const multiline = new Set(errors.filter(({ code }) => code === 'MULTILINE_IMPLICIT_KEY').map(({ pos }) => pos[0]));
  const lines = new Set<number>();
  return errors
    // Both are reported for one slip, a line that is indented under a value.
    .filter(({ code, pos }) => code !== 'BLOCK_AS_IMPLICIT_KEY' || !multiline.has(pos[0]))
    .map((error) => ({
      message: yamlMessage(text, error),
      range: yamlRange(text, error),
      duplicate: error.code === 'DUPLICATE_KEY',
    }))
    .filter(({ range: [start] }) => {
      const line = text.lastIndexOf('\n', start - 1);
      return !lines.has(line) && lines.add(line);
    });
}

/** YAML points at single characters, or at everything from the first one: underline the word that is wrong. */
function yamlRange(text: string, error: YAMLError): Range {
  const at = isIndented(text, error) ? lastLineStart(text, error.pos) : error.pos[0];
  const start = at + (/^[ \t]*/.exec(text.slice(at))?.[0].length ?? 0);
  if (error.code === 'TAB_AS_INDENT') return [at, at + 1];
  const word = /^[^\s:,]+/.exec(text.slice(start, start + 200))?.[0].length ?? 1;
  return [start, Math.min(text.length, start + word)];
}

/** A line was read as the continuation of the value above it. */
function isIndented(text: string, { code, message, pos: [start] }: YAMLError): boolean {
  if (code === 'BLOCK_AS_IMPLICIT_KEY') return message.includes('block sequence');
  return code === 'MULTILINE_IMPLICIT_KEY' && /:[ \t]+$/.test(text.slice(0, start));
}

function lastLineStart(text: string, [start, end]: readonly [number, number]): number {
  return text.lastIndexOf('\n', Math.max(start, end - 2)) + 1;
}

export function unknownAliasMessage(name: string): string {
  return `"*${name}" refers to an anchor (&${name}) that this file does not have. Put a text that starts with "*" in `
    + 'quotes.';
}

function yamlMessage(text: string, error: YAMLError): string {
  const [start, end] = error.pos;
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'This line is indented with a tab. Indent with spaces.';
    case 'DUPLICATE_KEY':
      return `The key "${wordAt(text, start)}" stands here twice.`;
    case 'BAD_INDENT':
      return error.message.includes('end with') ? bracketMessage : indentMessage;
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (isIndented(text, error)) return indentMessage;
      return 'A second ": " on one line. Put the inner key on its own line, or the text in quotes.';
    case 'BAD_SCALAR_START':
      return `A value cannot start with "${text.slice(start, start + 1)}". Put the text in quotes.`;
    case 'MULTILINE_IMPLICIT_KEY':
      return isIndented(text, error) ? indentMessage : 'This line is neither "key: value" nor "- item".';
    case 'MISSING_CHAR':
      if (error.message.includes('quote')) return 'This text starts with a quote that is never closed.';
      if (error.message.includes('Implicit map keys')) {
        return `"${wordAt(text, start)}" needs a colon and a value after it.`;
      }
      if (error.message.includes('Sequence item without')) return 'An item of this list has no "- " before it.';
      if (/[\]}]/.test(error.message)) return bracketMessage;
      return sentence(error.message);
    case 'BAD_DQ_ESCAPE':
      return `"${text.slice(start, Math.max(end, start + 2))}" means nothing in double quotes. `
        + 'Write paths with "/", or in single quotes.';
    case 'MULTIPLE_DOCS':
      return 'A recipe is one document: remove the line "---" and what follows.';
    case 'BAD_ALIAS':
      return 'An anchor (&) or an alias (*) needs a name after it. Put a text that starts with "&" or "*" in quotes.';
    case 'UNEXPECTED_TOKEN':
    case 'BLOCK_IN_FLOW':
    case 'ALIAS_PROPS':
    case 'BAD_DIRECTIVE':
    case 'BAD_PROP_ORDER':
    case 'IMPOSSIBLE':
    case 'KEY_OVER_1024_CHARS':
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'NON_STRING_KEY':
    case 'RESOURCE_EXHAUSTION':
    case 'TAG_RESOLVE_FAILED':
    case 'BAD_COLLECTION_TYPE':
      return sentence(error.message);
  }
}

const bracketMessage = 'A bracket is opened and never closed.';
const indentMessage = 'This line is indented differently from its neighbours. Keys of one group, and items of one '
  + 'list, start in the same column.';

function sentence(message: string): string {
  return `Not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}.`;
}

/** The word that starts at an offset, for messages. */
function wordAt(text: string, offset: number): string {
  return /^[^\s:,[\]{}]+/.exec(text.slice(offset, offset + 80))?.[0] ?? '';
}
