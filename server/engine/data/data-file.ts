/** `--data D`: a data file, a folder, an array file, or the word `random`. */

import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { LatheError } from '../errors.ts';
import { didYouMean, listInWords } from '../util/nearest.ts';
import { pictureExtensions } from './pictures/picture.ts';
import { dataSchema, dataSourceSchema, sourceKinds, type DataSource, type DataSources } from './source-schema.ts';
import { kindOfPath, listFiles, readTextFile } from './sources/paths.ts';
import { testDataFolders } from './sources/test-data.ts';

export interface DataFile extends DataSources {
  /** Relative paths of the sources start here. */
  readonly baseDir: string;
}

/** One source for calibration and evaluation; `openDataSets` keeps them apart. */
function both(source: DataSource, baseDir: string): DataFile {
  return { calibration: source, evaluation: source, baseDir };
}

/**
 * @param path a YAML file with the `data` part of a recipe or with one source; a folder of pictures (labels from its
 *   sub-folders, from a `labels.json` or `labels.csv` in it, or beside a folder named `images`), of sounds or of ONNX
 *   test data; an .npz or .npy file, a .jsonl, .wav; or `random`
 * @throws LatheError `FILE`, `DATA` for what is none of these, `RECIPE` at the place of a mistake in a YAML file
 */
export async function loadDataFile(path: string): Promise<DataFile> {
  if (path === 'random') return both({ random: true }, process.cwd());
  const absolute = resolve(path);
  if (await kindOfPath(absolute, 'The data') === 'folder') return both(await folderSource(absolute), absolute);
  const baseDir = dirname(absolute);
  const name = basename(absolute);
  switch (extname(name).toLowerCase()) {
    case '.yaml':
    case '.yml': return { ...parseDataFile(await readTextFile(absolute, 'The data file'), absolute), baseDir };
    case '.npz': return both({ npz: name }, baseDir);
    case '.npy': return both({ npy: name }, baseDir);
    case '.jsonl':
    case '.ndjson': return both({ text: name }, baseDir);
    case '.wav': return both({ audio: name }, baseDir);
    default:
      throw new LatheError('DATA', `"${absolute}" is no kind of data that Lathe knows by its name.`, {
        fix: 'Give a data file (.yaml), a folder of pictures, an .npz, or "random".',
      });
  }
}

const labelFiles = ['labels.json', 'labels.csv', 'labels.tsv'];
const classFiles = ['classes.json', 'classes.txt'];

/** Paths are relative to the folder. */
async function folderSource(folder: string): Promise<DataSource> {
  if ((await testDataFolders(folder)).length > 0) return { 'onnx-test-data': '.' };
  const here = await readdir(folder);
  const pictures = await listFiles(folder, pictureExtensions);
  if (pictures.length > 0) {
    // A set is often laid out as images/ beside labels.json; either of the two folders may be named.
    const images = here.includes('images') && pictures.every((file) => file.startsWith('images/')) ? 'images' : '.';
    const up = basename(folder) === 'images' ? await readdir(dirname(folder)) : [];
    const find = (names: readonly string[]): string | undefined => {
      const inside = names.find((name) => here.includes(name));
      const beside = names.find((name) => up.includes(name));
      return inside ?? (beside === undefined ? undefined : join('..', beside));
    };
    const labels = find(labelFiles);
    const classes = labels === undefined ? find(classFiles) : undefined;
    return { images, ...(labels !== undefined && { labels }), ...(classes !== undefined && { classes }) };
  }
  if ((await listFiles(folder, ['.wav'])).length > 0) return { audio: '.' };
  throw new LatheError('DATA', `The folder "${folder}" has neither pictures nor sounds nor ONNX test data.`, {
    fix: `Pictures end in ${listInWords(pictureExtensions, 'or')}.`,
  });
}

/**
 * The text of a data file.
 *
 * @throws LatheError `RECIPE` with line and column
 */
export function parseDataFile(text: string, file: string): DataSources {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fail = (message: string, offset: number, fix?: string): LatheError => {
    const { line, col } = lines.linePos(offset);
    const at = { file, line: Math.max(1, line), column: Math.max(1, col) };
    return new LatheError('RECIPE', message, { at, ...(fix !== undefined && { fix }) });
  };
  const [broken] = document.errors;
  if (broken) throw fail(`Not valid YAML: ${broken.message}`, broken.pos[0]);
  const json = document.toJS({ maxAliasCount: 100 }) as unknown;
  if (typeof json !== 'object' || json === null) throw fail('The data file is empty.', 0, usage);
  const bare = sourceKinds.some((kind) => kind in json);
  const schema = bare ? dataSourceSchema : dataSchema;
  const checked = schema.safeParse(json);
  if (!checked.success) {
    const issue = checked.error.issues[0]!;
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const inSource = bare || issue.path.length > 0;
    const message = messageFor(issue, unknown, inSource ? dataSourceSchema : dataSchema);
    throw fail(message, offsetOf(document, issue.path, unknown));
  }
  if (!bare) return checked.data as DataSources;
  const source = checked.data as DataSource;
  return { calibration: source, evaluation: source };
}

const usage = 'Write a source such as "images: photos/", or "calibration:" and "evaluation:" with a source each.';

function messageFor(issue: z.core.$ZodIssue, unknown: string | undefined, schema: z.ZodObject): string {
  if (unknown !== undefined) {
    const known = Object.keys(schema.shape);
    const hint = didYouMean(unknown, known) || ` Known keys: ${listInWords(known)}.`;
    return `Unknown key "${unknown}".${hint}`;
  }
  const name = issue.path.at(-1);
  return name === undefined || issue.code === 'custom' ? issue.message : `"${String(name)}": ${issue.message}.`;
}

/** Where the value at `path` stands, or its key `key`; else the nearest place around it. */
function offsetOf(
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
  key: string | undefined,
): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((one) => isScalar(one.key) && one.key.value === key);
      if (isScalar(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
