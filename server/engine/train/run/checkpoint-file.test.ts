import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lathe-checkpoint-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const checkpoint = {
  fingerprint: 'ä run',
  figures: { step: 7, losses: [0.1, 1e-9, 3] },
  tensors: {
    'odd bytes': tensorValue('uint8', [3], Uint8Array.of(1, 2, 3)),
    'weights': tensorValue('float32', [2, 2], Float32Array.of(1.5, -0, 3e-38, Math.fround(0.1))),
    'none': tensorValue('float32', [0], new Float32Array(0)),
    'counts': tensorValue('int64', [1], BigInt64Array.of(-5n)),
  },
};

describe('a checkpoint', () => {
  it('comes back bit by bit, and replaces the one before without a trace', () => {
    const path = join(folder, 'a.checkpoint');
    writeCheckpoint(path, { ...checkpoint, figures: 'older' });
    writeCheckpoint(path, checkpoint);
    const read = readCheckpoint(path, 'ä run')!;
    expect(read).toEqual(checkpoint);
    expect(Object.is((read.tensors['weights']!.data as Float32Array)[1], -0)).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.checkpoint']);
    removeCheckpoint(path);
    removeCheckpoint(path);
    expect(readCheckpoint(path, 'ä run')).toBeUndefined();
  });

  it('of another run, cut off or of another kind is not taken up', () => {
    const path = join(folder, 'b.checkpoint');
    writeCheckpoint(path, checkpoint);
    expect(readCheckpoint(path, 'another')).toBeUndefined();
    const bytes = readFileSync(path);
    for (const length of [0, 4, 8, 40, bytes.length - 8]) {
      writeFileSync(path, bytes.subarray(0, length));
      expect(readCheckpoint(path, 'ä run')).toBeUndefined();
    }
    writeFileSync(path, 'not a checkpoint at all, only some text of enough length');
    expect(readCheckpoint(path, 'ä run')).toBeUndefined();
  });

  it('that cannot be written says so', () => {
    expect(() => writeCheckpoint(join(folder, 'nowhere', 'c'), checkpoint)).toThrow(/cannot be written/);
  });
});
