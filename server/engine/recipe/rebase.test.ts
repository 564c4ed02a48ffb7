import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DataSource } from '../data/source-schema.ts';
import { rebaseSources } from './rebase.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-test-'));
  mkdirSync(join(folder, 'data/photos'), { recursive: true });
  for (const name of ['labels.json', 'a.npz', 'x.npy', 'keys.txt']) writeFileSync(join(folder, 'data', name), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

it('moves paths, and nothing that is none', () => {
  const photos: DataSource = { images: 'photos/', labels: 'labels.json', preprocess: 'unit', limit: 3 };
  const arrays: DataSource = { npz: 'a.npz', labels: 'y', decoder: { type: 'ctc', dictionary: 'keys.txt' } };
  const moved = rebaseSources(
    { calibration: photos, evaluation: arrays, training: { npy: { x: 'x.npy' } } },
    join(folder, 'data'),
    join(folder, 'out'),
  );
  expect(moved).toEqual({
    calibration: { images: '../data/photos/', labels: '../data/labels.json', preprocess: 'unit', limit: 3 },
    evaluation: { npz: '../data/a.npz', labels: 'y', decoder: { type: 'ctc', dictionary: '../data/keys.txt' } },
    training: { npy: { x: '../data/x.npy' } },
  });
});

it('keeps one source one', () => {
  const photos: DataSource = { images: '.' };
  const moved = rebaseSources({ calibration: photos, evaluation: photos }, join(folder, 'data'), join(folder, 'data'));
  expect(moved.calibration).toEqual({ images: '.' });
  expect(moved.calibration).toBe(moved.evaluation);
});
