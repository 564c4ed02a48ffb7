import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoundData } from '../../../protocol/advice.ts';
import { smallModel, type Port } from '../../../test/runtime/small-models.ts';
import { findDataSets } from './find-data.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lathe-data-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text = ''): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function find(input?: Port): Promise<readonly FoundData[]> {
  const model = input && smallModel({ inputs: [input], outputs: [], nodes: [] });
  return findDataSets({ model: join(root, 'models/net1.1.onnx'), folders: [root] }, model);
}

const titles = (found: readonly FoundData[]): string[] => found.map(({ title }) => title);

describe('data sets', () => {
  it('that are named for the model come first, those of other models after all that fits', async () => {
    put('models/net1.1.onnx');
    put('data/net.data.yaml', 'random: 4');
    put('data/other.data.yaml', 'random: 4');
    put('photos/1.png');
    put('photos/labels.csv');
    const found = await find(['x', [1, 3, 8, 8]]);
    expect(titles(found)).toEqual(['data/net.data.yaml', 'photos', 'data/other.data.yaml']);
    expect(found[0]!.description).toBe('data file: calibration, evaluation');
  });

  it('of another kind than the model takes come last', async () => {
    put('models/net1.1.onnx');
    put('models/words.jsonl');
    put('models/photos/a/1.png');
    put('models/photos/b/1.png');
    expect(titles(await find(['x', [1, 3, 8, 8]]))).toEqual(['photos', 'words.jsonl']);
    expect(titles(await find(['ids', [1, 'n'], 'int64']))).toEqual(['words.jsonl', 'photos']);
  });

  it('have classes where most sub-folders have pictures, but not where these are its parts', async () => {
    put('models/net1.1.onnx');
    for (const part of ['train', 'val']) for (const name of ['cat', 'dog']) put(`pets/${part}/${name}/1.jpg`);
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(`projects/${name}/readme.md`);
    put('projects/a/logo.png');
    put('projects/b/logo.png');
    const found = await find();
    expect(found.map(({ title, description }) => `${title}: ${description}`)).toEqual([
      'pets/val: 2 pictures in 2 classes',
      'pets/train: 2 pictures in 2 classes',
      'projects/a: 1 picture, without classes',
      'projects/b: 1 picture, without classes',
    ]);
  });

  it('are none where there is nothing', async () => {
    expect(await find()).toEqual([]);
  });
});
