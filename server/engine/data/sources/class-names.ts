/** Names of classes, from a file of the user's. */

import { LatheError } from '../../errors.ts';
import { readJsonFile, readTextFile } from './paths.ts';

export interface ClassNames {
  /** By index; '' where a class has no name. */
  readonly names: readonly string[];
  /** Every word that means a class (its name, its WordNet id, …), with the index. */
  readonly indexOf: ReadonlyMap<string, number>;
}

export function classNamesOf(words: readonly (readonly [index: number, words: readonly string[]])[]): ClassNames {
  const names: string[] = [];
  const indexOf = new Map<string, number>();
  for (const [index, [name, ...aliases]] of words) {
    while (names.length <= index) names.push('');
    names[index] = name ?? '';
    for (const word of [name, ...aliases]) if (word !== undefined) indexOf.set(word, index);
  }
  return { names, indexOf };
}

/**
 * Text lines, or JSON: a list of names, a list of `{label, name, …}`, an object from index to name (or to several
 * words) or from name to index; any of these may stand under the key `classes`.
 *
 * @throws LatheError `FILE` or `DATA`
 */
export async function readClassNames(path: string): Promise<ClassNames> {
  const what = 'The file of class names';
  if (!path.toLowerCase().endsWith('.json')) {
    const lines = (await readTextFile(path, what)).split(/\r?\n/).map((line) => line.trim());
    while (lines.at(-1) === '') lines.pop();
    return classNamesOf(lines.map((line, i) => [i, [line]]));
  }
  const json = await readJsonFile(path, what);
  const found = parseClassNames(json);
  if (found) return found;
  throw new LatheError('DATA', `${what} holds no list of names: "${path}".`, {
    fix: 'Write a JSON list of the names in the order of the classes, or one name a line.', at: { file: path },
  });
}

/** Class names in any of the JSON forms, or undefined. */
export function parseClassNames(json: unknown): ClassNames | undefined {
  if (Array.isArray(json)) {
    const entries = json.map((item: unknown, i) => entryOf(item, i));
    return entries.every((entry) => entry !== undefined) ? classNamesOf(entries) : undefined;
  }
  if (typeof json !== 'object' || json === null) return undefined;
  if ('classes' in json) return parseClassNames(json.classes);
  const entries = Object.entries(json).map(([key, value]: [string, unknown]): [number, string[]] | undefined => {
    if (typeof value === 'number') return [value, [key]];
    if (!/^\d+$/.test(key)) return undefined;
    if (typeof value === 'string') return [Number(key), [value]];
    // Keras' imagenet_class_index.json: "0": ["n01440764", "tench"].
    return isWords(value) ? [Number(key), [...value].reverse()] : undefined;
  });
  return entries.length > 0 && entries.every((entry) => entry !== undefined) ? classNamesOf(entries) : undefined;
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}

function entryOf(item: unknown, position: number): [number, string[]] | undefined {
  if (typeof item === 'string') return [position, [item]];
  if (typeof item !== 'object' || item === null) return undefined;
  const { label, index, id, name, ...rest } = item as Record<string, unknown>;
  const number = [label, index, id].find((value) => typeof value === 'number');
  const words = [name, ...Object.values(rest)].filter((value) => typeof value === 'string');
  return words.length > 0 ? [number ?? position, words] : undefined;
}
