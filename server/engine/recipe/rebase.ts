/** Moves the paths of data sources from one folder to another: data files and recipes each count from their own. */

import { existsSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import type { DataSource, DataSources } from '../data/source-schema.ts';
import { relativePath } from './paths.ts';

const pathKeys = [
  'images', 'npz', 'npy', 'onnx-test-data', 'text', 'audio', 'labels', 'classes', 'tokenizer',
] as const satisfies readonly (keyof DataSource)[];

/** The same sources, with paths that start at `to` instead of `from`. One source that serves twice stays one. */
export function rebaseSources(sources: DataSources, from: string, to: string): DataSources {
  const moved = new Map<DataSource, DataSource>();
  const move = (source: DataSource): DataSource => {
    const known = moved.get(source) ?? rebaseSource(source, from, to);
    moved.set(source, known);
    return known;
  };
  const { calibration, evaluation, training } = sources;
  return {
    ...(calibration && { calibration: move(calibration) }),
    ...(evaluation && { evaluation: move(evaluation) }),
    ...(training && { training: move(training) }),
  };
}

function rebaseSource(source: DataSource, from: string, to: string): DataSource {
  const rebase = (path: string, folder: boolean): string => {
    // A word that names no file is the name of an array.
    if (isAbsolute(path) || !existsSync(resolve(from, path))) return path;
    return `${relativePath(to, resolve(from, path)) || '.'}${folder && path.endsWith('/') ? '/' : ''}`;
  };
  const moved: Record<string, unknown> = { ...source };
  for (const key of pathKeys) {
    const value = source[key];
    if (typeof value === 'string') moved[key] = rebase(value, true);
    else if (value !== undefined) {
      moved[key] = Object.fromEntries(Object.entries(value).map(([name, path]) => [name, rebase(path, false)]));
    }
  }
  const { decoder } = source;
  if (decoder?.type === 'ctc') moved['decoder'] = { ...decoder, dictionary: rebase(decoder.dictionary, false) };
  return moved;
}
