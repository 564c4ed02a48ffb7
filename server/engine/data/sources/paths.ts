/** Paths of a data source, and lists of the files in its folders. */

import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { LatheError, messageOf, throwIfCancelled } from '../../errors.ts';

/**
 * An absolute path: relative ones start at `baseDir`, and `${NAME}` stands for an environment variable, so that a data
 * file can serve machines that keep their data in different places.
 *
 * @throws LatheError `DATA` for a variable that is not set
 */
export function dataPath(baseDir: string, path: string): string {
  const expanded = path.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = process.env[name];
    if (value !== undefined && value !== '') return value;
    throw new LatheError('DATA', `The path "${path}" uses the environment variable ${name}, which is not set.`, {
      fix: `Set ${name} to the folder that it stands for.`,
    });
  });
  return resolve(baseDir, expanded);
}

export type PathKind = 'file' | 'folder';

/** What is at `path`; throws `FILE` when nothing is. `what` names it in the message: "The folder of pictures". */
export async function kindOfPath(path: string, what: string): Promise<PathKind> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    throw new LatheError('FILE', `${what} does not exist: "${path}".`, {
      detail: messageOf(error), fix: 'Check the path; relative ones start at the folder of the file they stand in.',
    });
  }
}

/** @throws LatheError `FILE` */
export async function readDataFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new LatheError('FILE', `${what} cannot be read: "${path}".`, {
      detail: messageOf(error), fix: 'Check the path; relative ones start at the folder of the file they stand in.',
    });
  }
}

/** The text of a UTF-8 file, without a byte order mark. */
export async function readTextFile(path: string, what: string): Promise<string> {
  return new TextDecoder('utf-8').decode(await readDataFile(path, what));
}

/** @throws LatheError `DATA` at the file when it is not JSON */
export async function readJsonFile(path: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readTextFile(path, what)) as unknown;
  } catch (error) {
    if (error instanceof LatheError) throw error;
    throw new LatheError('DATA', `${what} is not valid JSON: "${path}".`, {
      detail: messageOf(error), at: { file: path },
    });
  }
}

/** By code units: the same order on every machine. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Files with one of the endings anywhere under `folder`, as paths relative to it with `/`, sorted. Names that start
 * with a dot are left out.
 */
export async function listFiles(
  folder: string,
  extensions: readonly string[],
  signal?: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  const walk = async (relative: string): Promise<void> => {
    throwIfCancelled(signal);
    for (const item of await readdir(join(folder, relative), { withFileTypes: true })) {
      if (item.name.startsWith('.')) continue;
      const path = relative === '' ? item.name : `${relative}/${item.name}`;
      // Links may go round in circles: one to a file is followed, one to a folder is not.
      if (item.isDirectory()) await walk(path);
      else if (extensions.includes(extname(item.name).toLowerCase())) found.push(path);
    }
  };
  await walk('');
  return found.sort(compareNames);
}
