/** Which values of a recipe are paths, and of what. */

import type { Path } from '../../engine/recipe/schema-walk.ts';
import { pictureExtensions } from '../../engine/data/pictures/picture.ts';

export interface FileKind {
  /** In words, as in "the pictures". */
  readonly title: string;
  /** Endings of the files; none where a folder is wanted. */
  readonly endings: readonly string[];
  /** Whether a folder may be named. */
  readonly folder: boolean;
  /** Whether it must be there before a run. */
  readonly read: boolean;
}

const tables = ['.json', '.csv', '.tsv'];

const sources: Readonly<Record<string, Omit<FileKind, 'read'>>> = {
  images: { title: 'pictures', endings: pictureExtensions, folder: true },
  npz: { title: 'arrays', endings: ['.npz'], folder: false },
  npy: { title: 'arrays', endings: ['.npy'], folder: false },
  'onnx-test-data': { title: 'test data', endings: [], folder: true },
  text: { title: 'texts', endings: ['.jsonl', '.json', '.csv', '.tsv', '.txt'], folder: false },
  audio: { title: 'sounds', endings: ['.wav'], folder: true },
  classes: { title: 'class names', endings: ['.txt', '.json'], folder: false },
  tokenizer: { title: 'tokenizer', endings: ['.json'], folder: false },
  dictionary: { title: 'characters', endings: ['.txt'], folder: false },
};

/** What the value at `path` is a path of; undefined where it is none. */
export function fileKindAt(path: Path): FileKind | undefined {
  if (path.length === 1 && path[0] === 'model') {
    return { title: 'model', endings: ['.onnx'], folder: false, read: true };
  }
  if (path.length === 1 && path[0] === 'output') {
    return { title: 'result', endings: ['.onnx'], folder: false, read: false };
  }
  // A teacher may also be the word `original`, and a student a network to be made.
  if (path[0] === 'steps' && path[2] === 'distill' && isNetwork(path.slice(3))) {
    return { title: 'model', endings: ['.onnx'], folder: false, read: false };
  }
  if (path[0] !== 'data') return undefined;
  const key = path[3] === 'decoder' ? path[4] : path[2];
  if (typeof key !== 'string' || path.length > 4 && key !== 'dictionary') return undefined;
  // May also be the name of an array.
  if (key === 'labels') return { title: 'labels', endings: [...tables, '.npy'], folder: false, read: false };
  const kind = sources[key];
  return kind && { ...kind, read: true };
}

function isNetwork([option, key, ...rest]: Path): boolean {
  if (rest.length > 0) return false;
  return key === undefined ? option === 'teacher' || option === 'student' : option === 'student' && key === 'model';
}
