import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorValueFloats, type Feeds } from '../tensor/tensor-value.ts';
import { choosePreprocess } from './choose-preprocess.ts';
import type { Outputs } from './metrics/metric.ts';

let folder: string;
const solid = (red: number, blue: number): Buffer => {
  const png = new PNG({ width: 4, height: 4 });
  for (let i = 0; i < 64; i += 4) png.data.set([red, 10, blue, 255], i);
  return PNG.sync.write(png);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-choose-'));
  for (const [name, red, blue] of [['0', 250, 20], ['1', 20, 250]] as const) {
    await mkdir(join(folder, name));
    for (let i = 0; i < 8; i++) await writeFile(join(folder, name, `${i}.png`), solid(red - i, blue - i));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const input = { name: 'x', dtype: 'float32', shape: [1, 3, 4, 4] } as const;
const options = { baseDir: '.', seed: 0 };

/** Tells red from blue, but only where the first channel is red and pixels go up to 255. */
async function rawRedFirst(feeds: Feeds): Promise<Outputs> {
  const values = tensorValueFloats(feeds['x']!);
  const isBlue = Math.max(...values) > 200 && values[32]! > values[0]!;
  return { y: { dtype: 'float32', dims: [1, 2], data: Float32Array.of(isBlue ? 0 : 1, isBlue ? 1 : 0) } };
}

describe('choosing the preprocess', () => {
  it('takes the one with which the model is right', async () => {
    const chosen = await choosePreprocess({ images: folder }, [input], options, rawRedFirst);
    expect(chosen!.preset).toBe('none');
    expect(chosen!.note).toMatch(/100 % of 16 pictures/);
  });

  it('keeps the usual one when no other is clearly better', async () => {
    const first = { dtype: 'float32', dims: [1, 2], data: Float32Array.of(1, 0) } as const;
    const never = async (): Promise<Outputs> => ({ y: first });
    expect((await choosePreprocess({ images: folder }, [input], options, never))!.preset).toBe('imagenet');
  });

  it('has nothing to choose where the preprocess is given, or there are no classes', async () => {
    const run = async (): Promise<Outputs> => {
      throw new Error('not to be run');
    };
    expect(await choosePreprocess({ images: folder, preprocess: 'none' }, [input], options, run)).toBeUndefined();
    expect(await choosePreprocess({ images: join(folder, '0') }, [input], options, run)).toBeUndefined();
    expect(await choosePreprocess({ random: 3 }, [input], options, run)).toBeUndefined();
    const bytes = { ...input, dtype: 'uint8' } as const;
    expect(await choosePreprocess({ images: folder }, [bytes], options, run)).toBeUndefined();
  });
});
