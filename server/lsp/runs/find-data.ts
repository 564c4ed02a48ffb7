/** Data sets that lie near a model and in the workspace, the likeliest first. */

import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { FindDataParams, FoundData } from '../../../protocol/advice.ts';
import { parseDataFile } from '../../engine/data/data-file.ts';
import { messageOf } from '../../engine/errors.ts';
import type { Model } from '../../engine/model/model.ts';
import { tensorType } from '../../engine/model/types.ts';
import { bytesInWords, plural } from '../../engine/util/words.ts';
import { childrenOf, distance, nameOf, walkFolders, type SeenFolder, type Walked } from './walk.ts';

/** More than anybody chooses from. */
const mostFound = 20;

interface Candidate {
  readonly path: string;
  /** Files are looked into only for what is shown. */
  readonly describe: () => string;
  /** Larger is likelier. */
  readonly score: number;
}

/** @param model what data must fit, where it can be read */
export async function findDataSets(
  { model: modelPath, folders }: FindDataParams,
  model: Model | undefined,
): Promise<readonly FoundData[]> {
  const home = dirname(resolve(modelPath));
  const roots = [home, ...folders.map((folder) => resolve(folder))];
  const walked = await walkFolders(roots);
  const wants = model && wantedBy(model);
  const sets = new PictureSets(walked);
  const candidates = [...walked.values()].flatMap((folder): Candidate[] => [
    ...filesIn(folder, basename(modelPath)),
    ...testData(folder),
    ...sets.of(folder),
  ]);
  const score = ({ path, score: own }: Candidate): number => {
    const near = 3 * Math.min(10, distance(home, dirname(path)));
    return own - near - (wants !== undefined && !fits(path, wants) ? unfit : 0);
  };
  return candidates
    .map((candidate) => ({ candidate, likely: score(candidate) }))
    .sort((a, b) => b.likely - a.likely || (a.candidate.path < b.candidate.path ? -1 : 1))
    .slice(0, mostFound)
    .map(({ candidate: { path, describe } }) => ({
      choice: { data: path },
      title: titleOf(path, home, roots),
      description: describe(),
    }));
}

/** Data of another kind than the model takes come last. */
const unfit = 60;

type Wanted = 'pictures' | 'text' | 'other';

function wantedBy(model: Model): Wanted {
  const types = model.graph.feeds().map((input) => tensorType(input));
  if (types.some((type) => type?.shape?.length === 4)) return 'pictures';
  return types.every((type) => type?.dtype.startsWith('int') === true) ? 'text' : 'other';
}

function fits(path: string, wanted: Wanted): boolean {
  if (/\.(?:ya?ml|npz)$/.test(path)) return true;
  if (path.endsWith('.jsonl')) return wanted === 'text';
  // A folder of test data fits whatever model it lies beside.
  return wanted === 'pictures' || isTestData(path);
}

function isTestData(path: string): boolean {
  return /test_data_set_\d+$/.test(path);
}

function filesIn({ path, files }: SeenFolder, model: string): Candidate[] {
  const stem = model.replace(/\.onnx$/, '').toLowerCase();
  const isHere = files.includes(model);
  const named = (name: string): number => {
    const own = name.toLowerCase().replace(/\..*$/, '');
    if (own.startsWith(stem) || stem.startsWith(own)) return 50;
    // Elsewhere it is probably that of another model.
    return isHere ? 0 : -30;
  };
  return files.flatMap((name): Candidate[] => {
    const file = join(path, name);
    if (/\.data\.ya?ml$/.test(name)) {
      return [{ path: file, describe: () => describeDataFile(file), score: 100 + named(name) }];
    }
    if (name.endsWith('.npz')) {
      return [{ path: file, describe: () => `arrays, ${sizeOf(file)}`, score: 60 + named(name) }];
    }
    if (name.endsWith('.jsonl')) {
      return [{ path: file, describe: () => `texts, ${sizeOf(file)}`, score: 50 + named(name) }];
    }
    return [];
  });
}

function sizeOf(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  return size === undefined ? 'gone' : bytesInWords(size);
}

/** "data file: calibration and evaluation, top1". */
function describeDataFile(file: string): string {
  try {
    const { calibration, evaluation, training } = parseDataFile(readFileSync(file, 'utf8'), file);
    const parts = [
      ...(calibration ? ['calibration'] : []),
      ...(evaluation ? ['evaluation'] : []),
      ...(training ? ['training'] : []),
    ];
    const metric = evaluation?.metric === undefined ? '' : `, ${evaluation.metric}`;
    return `data file: ${parts.join(', ')}${metric}`;
  } catch (error) {
    return `data file with a mistake: ${messageOf(error)}`;
  }
}

function testData({ path, files, folders }: SeenFolder): Candidate[] {
  const sets = folders.filter((name) => /^test_data_set_\d+$/.test(name)).length;
  const score = 70;
  if (sets > 0) return [{ path, describe: () => `${plural(sets, 'set')} of ONNX test data`, score }];
  const own = files.some((name) => /^input_\d+\.pb$/.test(name));
  return own && !isTestData(path) ? [{ path, describe: () => 'ONNX test data', score }] : [];
}

/** Names of folders that are parts of a data set, not classes of pictures. */
const parts = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'eval', 'evaluation', 'calib',
  'calibration', 'images', 'pictures', 'photos', 'labels', 'annotations']);

const labelFile = /^labels\.(?:json|csv|tsv)$/;

class PictureSets {
  private readonly walked: Walked;

  constructor(walked: Walked) {
    this.walked = walked;
  }

  of(folder: SeenFolder): Candidate[] {
    const { path, files, pictures } = folder;
    const classes = this.classesOf(folder);
    const named = /^(?:val|valid|validation|test|eval|evaluation)$/.test(nameOf(folder)) ? 5 : 0;
    if (classes.length > 0) {
      const total = classes.reduce((sum, sub) => sum + sub.pictures, 0);
      const whole = folder.folders.every((name) => this.walked.has(join(path, name)));
      const count = whole ? classes.length : folder.folders.length;
      const words = `${whole ? '' : 'at least '}${plural(total, 'picture')} in ${plural(count, 'class', 'classes')}`;
      return [{ path, describe: () => words, score: 80 + named }];
    }
    const parent = this.walked.get(dirname(path));
    if (pictures === 0 || (parent && this.classesOf(parent).length > 0)) return [];
    const beside = nameOf(folder) === 'images' && parent?.files.some((name) => labelFile.test(name)) === true;
    const labelled = beside || files.some((name) => labelFile.test(name));
    const words = `${plural(pictures, 'picture')}, ${labelled ? 'with labels' : 'without classes'}`;
    return [{ path, describe: () => words, score: (labelled ? 80 : 55) + named }];
  }

  /** Sub-folders that are classes: several of them, most with pictures. */
  private classesOf(folder: SeenFolder): SeenFolder[] {
    if (folder.pictures > 0) return [];
    const seen = childrenOf(folder, this.walked);
    const children = seen.filter(({ pictures }) => pictures > 0);
    // A folder of projects, some with a picture at their top, is no data set.
    if (children.length < 2 || children.length < seen.length / 2) return [];
    return children.some((child) => parts.has(nameOf(child).toLowerCase())) ? [] : children;
  }
}

/** As short as it is clear: from the model's folder, or from the workspace folder that holds it. */
function titleOf(path: string, home: string, roots: readonly string[]): string {
  const ways = [home, ...roots].map((root) => relative(root, path)).filter((way) => !way.startsWith('..'));
  const [way] = ways.sort((a, b) => a.length - b.length);
  return way === undefined || way === '' ? basename(path) : way.split(sep).join('/');
}
