/** The files of a folder, with labels from its sub-folders or from a label file. */

import { basename, join } from 'node:path';
import { LatheError } from '../../errors.ts';
import type { Label } from '../dataset.ts';
import type { Entry } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import { readClassNames, type ClassNames } from './class-names.ts';
import { folderClasses, interpretLabels } from './labels.ts';
import type { OpenOptions } from './open-options.ts';
import { dataPath, kindOfPath, listFiles } from './paths.ts';
import { readRawLabels, type RawLabel } from './raw-labels.ts';

export interface FileEntry extends Entry {
  /** Absolute. */
  readonly path: string;
}

export interface LabelledFiles {
  /** Of the folder, for messages. */
  readonly name: string;
  readonly entries: readonly FileEntry[];
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
}

/** The files of a folder with what the source says about their labels, sorted by path. */
export async function labelledFiles(
  folderOption: string,
  extensions: readonly string[],
  what: string,
  source: DataSource,
  { baseDir, signal }: OpenOptions,
): Promise<LabelledFiles> {
  const folder = dataPath(baseDir, folderOption);
  if (await kindOfPath(folder, `The folder of ${what}`) === 'file') {
    throw new LatheError('DATA', `"${folder}" is a file; the ${what} are read from a folder.`, {
      fix: 'Name the folder that the file is in.',
    });
  }
  const files = await listFiles(folder, extensions, signal);
  if (files.length === 0) {
    throw new LatheError('DATA', `The folder "${folder}" has no ${what} (${extensions.join(', ')}).`, {
      fix: 'Check the path, or convert the files.',
    });
  }
  const classes = source.classes === undefined ? undefined : await readClassNames(dataPath(baseDir, source.classes));
  const entry = (file: string, label: Label | undefined): FileEntry =>
    ({ id: file, path: join(folder, file), ...(label !== undefined && { label }) });
  if (source.labels !== undefined) {
    const path = dataPath(baseDir, source.labels);
    const raw = await readRawLabels(path);
    const { found, notes } = matchLabels(files, raw.labels, path);
    const labelling = interpretLabels(found, { labelType: source.labelType, classes: classes ?? raw.classes });
    return {
      name: basename(folder),
      entries: [...found.keys()].map((file) => entry(file, labelling.labels.get(file))),
      ...(labelling.classNames && { classNames: labelling.classNames }),
      notes: [...labelling.notes, ...notes],
    };
  }
  const labelling = labelsByFolder(files, classes);
  return {
    name: basename(folder),
    entries: files.map((file) => entry(file, labelling.labelOf(file))),
    ...(labelling.classNames && { classNames: labelling.classNames }),
    notes: labelling.notes,
  };
}

/** Labels go by the path relative to the folder, or by the file's name alone. */
function matchLabels(
  files: readonly string[],
  labels: ReadonlyMap<string, RawLabel>,
  path: string,
): { found: Map<string, RawLabel>; notes: string[] } {
  const byName = new Map([...labels].map(([file, label]) => [basename(file.replaceAll('\\', '/')), label]));
  const found = new Map<string, RawLabel>();
  for (const file of files) {
    const label = labels.get(file) ?? byName.get(basename(file));
    if (label) found.set(file, label);
  }
  if (found.size === 0) {
    throw new LatheError('DATA', `The label file "${path}" names none of the ${files.length} files in the folder.`, {
      detail: `first file: ${files[0] ?? ''}; first label: ${[...labels.keys()][0] ?? ''}`,
      fix: 'Use the names of the files, as they are in the folder.',
    });
  }
  const notes: string[] = [];
  const without = files.length - found.size;
  if (without > 0) notes.push(`${without} of ${files.length} files have no label and are left out.`);
  if (labels.size > found.size) {
    notes.push(`${labels.size - found.size} of ${labels.size} labels are for files that are not there.`);
  }
  return { found, notes };
}

interface FolderLabels {
  readonly labelOf: (file: string) => number | undefined;
  readonly classNames?: readonly string[];
  readonly notes: readonly string[];
}

/** The first sub-folder on the way to a file is its class; files beside the sub-folders have none. */
function labelsByFolder(files: readonly string[], classes: ClassNames | undefined): FolderLabels {
  const folderOf = (file: string): string | undefined =>
    file.includes('/') ? file.slice(0, file.indexOf('/')) : undefined;
  const folders = files.flatMap((file) => folderOf(file) ?? []);
  // One folder inside a folder is packaging, not a class.
  if (folders.length < files.length || new Set(folders).size < 2) return { labelOf: () => undefined, notes: [] };
  const { names, indexOf, note } = folderClasses(folders, classes);
  return {
    labelOf: (file) => indexOf.get(folderOf(file)!),
    ...(names.length > 0 && { classNames: names }),
    notes: note === undefined ? [] : [note],
  };
}
