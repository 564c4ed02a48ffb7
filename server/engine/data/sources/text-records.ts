/** Files of texts and token ids: JSON lines, JSON, CSV, TSV, plain lines. */

import { extname } from 'node:path';
import { LatheError, messageOf } from '../../errors.ts';
import { parseCsv } from './csv.ts';
import { readJsonFile, readTextFile } from './paths.ts';

export interface TextRecord {
  readonly text?: string;
  /** The second of a pair of sentences. */
  readonly pair?: string;
  readonly tokens?: readonly number[];
  readonly label?: number | string;
}

const tokenKeys = ['tokens', 'input_ids', 'ids'];
const textKeys = ['text', 'sentence', 'sentence1', 'content', 'prompt'];
const pairKeys = ['text_pair', 'sentence2'];
const labelKeys = ['label', 'class', 'target'];

function bad(path: string, message: string, line?: number): LatheError {
  return new LatheError('DATA', `"${path}"${line === undefined ? '' : `, line ${line}`}: ${message}.`, {
    fix: 'Each record needs "text", or token ids in "tokens" or "input_ids".',
    at: { file: path, ...(line !== undefined && { line }) },
  });
}

/**
 * @param list in a JSON file of several lists, the one to take
 * @throws LatheError `FILE` or `DATA`
 */
export async function readTextRecords(path: string, list: string | undefined): Promise<TextRecord[]> {
  const what = 'The file of texts';
  switch (extname(path).toLowerCase()) {
    case '.json':
      return listIn(await readJsonFile(path, what), list, path).map((item) => recordOf(item, path));
    case '.jsonl':
    case '.ndjson':
      return (await readTextFile(path, what)).split('\n').flatMap((line, i) => {
        if (line.trim() === '') return [];
        let json: unknown;
        try {
          json = JSON.parse(line);
        } catch (error) {
          throw bad(path, `not valid JSON (${messageOf(error)})`, i + 1);
        }
        return [recordOf(json, path, i + 1)];
      });
    case '.csv':
    case '.tsv':
      return tableRecords(parseCsv(await readTextFile(path, what), path.toLowerCase().endsWith('.csv') ? ',' : '\t'));
    default: {
      const lines = (await readTextFile(path, what)).split(/\r?\n/);
      return lines.filter((line) => line.trim() !== '').map((text) => ({ text }));
    }
  }
}

/** A list, or an object with lists under its keys. */
function listIn(json: unknown, list: string | undefined, path: string): readonly unknown[] {
  if (Array.isArray(json)) return json;
  if (typeof json !== 'object' || json === null) throw bad(path, 'neither a list nor an object');
  const lists = Object.entries(json).filter(([, value]) => Array.isArray(value)) as [string, unknown[]][];
  const names = lists.map(([name]) => name).join(', ');
  if (list !== undefined) {
    const found = lists.find(([name]) => name === list);
    if (found) return found[1];
    const message = `"${path}" has no list "${list}".`;
    throw new LatheError('DATA', message, { fix: `Lists there: ${names}.`, at: { file: path } });
  }
  const [only] = lists;
  if (only && lists.length === 1) return only[1];
  throw new LatheError('DATA', `"${path}" holds ${lists.length} lists.`, {
    fix: lists.length === 0 ? 'Put the records in a list.' : `Choose one with "list:": ${names}.`, at: { file: path },
  });
}

function recordOf(item: unknown, path: string, line?: number): TextRecord {
  if (typeof item === 'string') return { text: item };
  if (isTokens(item)) return { tokens: item };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw bad(path, 'a record is no object', line);
  const values = item as Readonly<Record<string, unknown>>;
  const first = (keys: readonly string[]): unknown =>
    keys.map((key) => values[key]).find((value) => value !== undefined);
  const tokens = first(tokenKeys);
  const text = first(textKeys);
  const pair = first(pairKeys);
  const label = first(labelKeys);
  if (!isTokens(tokens) && typeof text !== 'string') throw bad(path, 'a record has neither "text" nor "tokens"', line);
  return {
    ...(typeof text === 'string' && { text }),
    ...(typeof pair === 'string' && { pair }),
    ...(isTokens(tokens) && { tokens }),
    ...((typeof label === 'number' || typeof label === 'string') && { label }),
  };
}

function isTokens(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((id) => Number.isInteger(id));
}

/** With a header that names a text column, or text and label side by side. */
function tableRecords(rows: readonly (readonly string[])[]): TextRecord[] {
  const header = rows[0]?.map((cell) => cell.trim().toLowerCase()) ?? [];
  const column = (keys: readonly string[]): number => header.findIndex((cell) => keys.includes(cell));
  const hasHeader = column(textKeys) >= 0;
  const [text, pair, label] = hasHeader ? [column(textKeys), column(pairKeys), column(labelKeys)] : [0, -1, 1];
  return (hasHeader ? rows.slice(1) : rows).map((row) => ({
    text: row[text] ?? '',
    ...(row[pair] !== undefined && { pair: row[pair] }),
    ...(row[label] !== undefined && { label: row[label].trim() }),
  }));
}
