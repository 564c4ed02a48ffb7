import { mkdir, mkdtemp, rm, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeTensorBytes } from '../formats/onnx/tensor-file.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorValueFloats } from '../tensor/tensor-value.ts';
import { CarriedState } from './carry.ts';
import type { Dataset, ModelInput, Sample } from './dataset.ts';
import { openDataset } from './open-dataset.ts';
import { SampleList } from './sample-list.ts';
import type { DataSource } from './source-schema.ts';

const fixtures = fileURLToPath(new URL('fixtures/', import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lathe-data-'));
  for (const [i, name] of ['cat', 'cat', 'cat', 'dog', 'dog', 'dog'].entries()) {
    await mkdir(join(folder, 'classes', name), { recursive: true });
    const [from, extension] = i % 2 === 0 ? ['baseline.jpg', 'jpg'] : ['rgb.png', 'png'];
    await copyFile(join(fixtures, from), join(folder, 'classes', name, `${i}.${extension}`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

const pixels: ModelInput = { name: 'x', dtype: 'float32', shape: ['N', 3, 32, 32] };
const open = (source: DataSource, inputs: readonly ModelInput[] = [pixels], seed = 0): Promise<Dataset> =>
  openDataset(source, inputs, { baseDir: folder, seed });

async function all(dataset: Dataset): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of dataset.samples()) samples.push(sample);
  return samples;
}

describe('folders of pictures', () => {
  it('takes classes from sub-folders', async () => {
    const dataset = await open({ images: 'classes', preprocess: 'imagenet' });
    expect(dataset).toMatchObject({ size: 6, labelled: true, classNames: ['cat', 'dog'], synthetic: false });
    expect(dataset.description).toBe('6 pictures of "classes", preprocess imagenet');
    const samples = await all(dataset);
    expect(samples.map(({ id, label }) => [id, label])).toEqual([
      ['cat/0.jpg', 0], ['cat/1.png', 0], ['cat/2.jpg', 0], ['dog/3.png', 1], ['dog/4.jpg', 1], ['dog/5.png', 1],
    ]);
    expect(samples[0]!.feeds['x']!.dims).toEqual([1, 3, 32, 32]);
  });

  it('spreads a limit over the classes, and shuffles by seed', async () => {
    const spread = await open({ images: 'classes', limit: 2 });
    expect([spread.id(0), spread.id(1)]).toEqual(['cat/0.jpg', 'dog/3.png']);
    expect(spread.notes.join()).toMatch(/"imagenet" is assumed/);
    const ids = async (seed: number): Promise<string> => {
      const dataset = await open({ images: 'classes', shuffle: true }, [pixels], seed);
      return Array.from({ length: 6 }, (_, i) => dataset.id(i)).join();
    };
    expect(await ids(1)).toBe(await ids(1));
    expect(await ids(1)).not.toBe(await ids(2));
    const skipped = await open({ images: 'classes', skip: 4 });
    expect(skipped.size).toBe(2);
    await expect(open({ images: 'classes', skip: 6 })).rejects.toMatchObject({ code: 'DATA' });
  });

  it('takes labels from a file, and leaves out the pictures it does not name', async () => {
    await writeFile(join(folder, 'some.csv'), '0.jpg,7\n5.png,2\ngone.png,1\n');
    const dataset = await open({ images: 'classes', labels: 'some.csv' });
    expect([dataset.size, dataset.label(0), dataset.label(1)]).toEqual([2, 7, 2]);
    expect(dataset.notes.join(' ')).toMatch(/4 of 6 files have no label.*1 of 3 labels are for files/);
    await writeFile(join(folder, 'none.csv'), 'other.jpg,7\n');
    await expect(open({ images: 'classes', labels: 'none.csv' })).rejects.toMatchObject({ message: /names none/ });
  });

  it('changes training pictures from pass to pass, and only when asked', async () => {
    const dataset = await open({ images: 'classes', preprocess: 'none', augment: ['flip', 'crop'] });
    const numbers = async (epoch?: number): Promise<string> =>
      tensorValueFloats((await dataset.at(0, epoch === undefined ? {} : { epoch })).feeds['x']!).join();
    expect(await numbers()).toBe(await numbers());
    expect(await numbers(1)).toBe(await numbers(1));
    expect(new Set([await numbers(), await numbers(1), await numbers(2), await numbers(3)]).size).toBe(4);
  });

  it('blanks a square of a picture with what becomes zero', async () => {
    const preprocess: DataSource['preprocess'] = {
      mean: [0.5, 0.25, 0.125], std: [1, 1, 1], scale: 1 / 256, channels: 'BGR',
    };
    const plain = await open({ images: 'classes', preprocess });
    const cut = await open({ images: 'classes', preprocess, augment: ['cutout'] });
    expect(cut.augment).toEqual(['cutout']);
    const before = tensorValueFloats((await plain.at(1)).feeds['x']!);
    const after = tensorValueFloats((await cut.at(1, { epoch: 3 })).feeds['x']!);
    const changed = [...after.keys()].filter((i) => before[i] !== after[i]);
    expect(changed.length).toBeGreaterThan(3 * 8 * 8);
    expect(changed.length).toBeLessThanOrEqual(3 * 16 * 16);
    for (const i of changed) expect(after[i]).toBe(0);
  });

  it('says what is wrong', async () => {
    await expect(open({ images: 'absent' })).rejects.toMatchObject({ code: 'FILE' });
    await mkdir(join(folder, 'empty'), { recursive: true });
    await expect(open({ images: 'empty' })).rejects.toMatchObject({ message: /has no pictures/ });
    await expect(open({ images: '${LATHE_TEST_UNSET}/a' })).rejects.toMatchObject({ message: /LATHE_TEST_UNSET/ });
    await expect(open({ images: 'classes' }, [{ name: 'ids', dtype: 'int64', shape: ['N', 'S'] }]))
      .rejects.toMatchObject({ message: /does not take pictures/ });
  });
});

describe('arrays', () => {
  const npz = join(fixtures, 'stored.npz');

  it('feeds rows, converted to the type of the input', async () => {
    // float32 is [3, 2, 2] in the archive.
    const dataset = await open({ npz }, [{ name: 'float32', dtype: 'float16', shape: ['N', 2, 2] }]);
    expect(dataset).toMatchObject({ size: 3, labelled: false });
    const { feeds } = await dataset.at(1);
    expect(feeds['float32']).toMatchObject({ dtype: 'float16', dims: [1, 2, 2] });
    expect(dataset.notes.join()).toMatch(/not used: /);
  });

  it('takes labels from an array, and adds axes of length 1', async () => {
    // uint8 is [2, 3]; fortran is [2, 3, 4].
    const input: ModelInput = { name: 'fortran', dtype: 'float32', shape: ['N', 3, 4, 1] };
    const dataset = await open({ npz, labels: 'uint8' }, [input]);
    expect(dataset.label(1)).toEqual([3, 4, 5]);
    const { feeds } = await dataset.at(1);
    expect(feeds['fortran']!.dims).toEqual([1, 3, 4, 1]);
    expect([...tensorValueFloats(feeds['fortran']!)]).toEqual(Array.from({ length: 12 }, (_, i) => 12 + i));
  });

  it('says what does not fit', async () => {
    await expect(open({ npz }, [{ name: 'absent', dtype: 'float32', shape: ['N', 2] }]))
      .rejects.toMatchObject({ message: /named like an input/, fix: /big_endian/ });
    await expect(open({ npz }, [{ name: 'uint8', dtype: 'float32', shape: ['N', 7] }]))
      .rejects.toMatchObject({ message: /\[3\] do not fit/ });
    await expect(open({ npz, labels: 'words' }, [{ name: 'uint8', dtype: 'float32', shape: ['N', 3] }]))
      .rejects.toMatchObject({ message: /3 labels for 2 samples/ });
  });
});

describe('other sources', () => {
  it('reads ONNX test data, by name or by order, in the order of the numbers', async () => {
    const tensor = (name: string, value: number): Uint8Array =>
      encodeTensorBytes(Tensor.from(name, 'float32', [1, 1], [value]));
    for (const set of [0, 2, 10]) {
      const path = join(folder, 'tests', `test_data_set_${set}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'input_0.pb'), tensor('b', set));
      await writeFile(join(path, 'input_1.pb'), tensor('', set + 0.5));
      await writeFile(join(path, 'output_0.pb'), tensor('y', -set));
    }
    const inputs: ModelInput[] = [
      { name: 'b', dtype: 'float32', shape: [1, 1] }, { name: 'a', dtype: 'float32', shape: [1, 1] },
    ];
    const dataset = await open({ 'onnx-test-data': 'tests' }, inputs);
    const samples = await all(dataset);
    expect(samples.map(({ id }) => id)).toEqual(['test_data_set_0', 'test_data_set_2', 'test_data_set_10']);
    expect(samples[2]!.feeds['b']!.data).toEqual(Float32Array.of(10));
    expect(samples[2]!.feeds['a']!.data).toEqual(Float32Array.of(10.5));
    expect(samples[2]!.reference!['y']!.data).toEqual(Float32Array.of(-10));
  });

  it('reads texts with a tokenizer, padded to a fixed length', async () => {
    await writeFile(join(folder, 'texts.jsonl'),
      '{"text": "The lathe", "label": "b"}\n\n{"text": "Don\'t cut twice!", "label": "a"}\n');
    const ids = (name: string): ModelInput => ({ name, dtype: 'int64', shape: ['N', 6] });
    const tokenizer = join(fixtures, 'tokenizer-wordpiece.json');
    const source: DataSource = { text: 'texts.jsonl', tokenizer, labelType: 'class' };
    const dataset = await open(source, [ids('input_ids'), ids('attention_mask'), ids('token_type_ids')]);
    expect([dataset.label(0), dataset.label(1)]).toEqual([1, 0]);
    expect(dataset.notes.join()).toMatch(/1 of 2 texts are longer than 6 tokens/);
    const { feeds } = await dataset.at(0);
    expect(feeds['attention_mask']!.data).toEqual(BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n));
    expect(feeds['input_ids']!.data.slice(4)).toEqual(BigInt64Array.of(3n, 0n));
    expect((await dataset.at(1)).feeds['input_ids']!.data[5]).toBe(3n);
  });

  it('reads token ids, and gives a language model an empty past', async () => {
    await writeFile(join(folder, 'ids.json'), JSON.stringify({ a: [[5, 6, 7]], b: [[8]] }));
    const inputs: ModelInput[] = [
      { name: 'input_ids', dtype: 'int64', shape: ['batch', 'seq'] },
      { name: 'past_key_values.0.key', dtype: 'float32', shape: ['batch', 4, 'past', 8] },
    ];
    const dataset = await open({ text: 'ids.json', list: 'a' }, inputs);
    expect(dataset.label(0)).toEqual([5, 6, 7]);
    expect((await dataset.at(0)).feeds['past_key_values.0.key']).toMatchObject({ dims: [1, 4, 0, 8] });
    await expect(open({ text: 'ids.json' }, inputs)).rejects.toMatchObject({ message: /2 lists/, fix: /a, b/ });
    await writeFile(join(folder, 'bad.jsonl'), '{"text": "a"}\n{"txt": 1}\n');
    await expect(open({ text: 'bad.jsonl' }, inputs)).rejects.toMatchObject({ at: { line: 2 } });
  });

  it('cuts sound into frames with context, and carries the state', async () => {
    const wav = Buffer.alloc(44 + 2 * 10);
    wav.write('RIFF\0\0\0\0WAVEfmt ', 0, 'latin1');
    wav.writeUInt32LE(16, 16);
    wav.writeUInt16LE(1, 20);
    wav.writeUInt16LE(1, 22);
    wav.writeUInt32LE(16000, 24);
    wav.writeUInt16LE(16, 34);
    wav.write('data', 36, 'latin1');
    wav.writeUInt32LE(20, 40);
    for (let i = 0; i < 10; i++) wav.writeInt16LE(1024 * (i + 1), 44 + 2 * i);
    await writeFile(join(folder, 'a.wav'), wav);
    const inputs: ModelInput[] = [
      { name: 'sound', dtype: 'float32', shape: ['batch', 'samples'] },
      { name: 'state', dtype: 'float32', shape: [2, 'batch', 3] },
      { name: 'rate', dtype: 'int64', shape: [] },
    ];
    const source: DataSource = {
      audio: 'a.wav', frame: 4, context: 2, sampleRate: 16000, constants: { rate: 16000 }, carry: { state: 'next' },
    };
    const dataset = await open(source, inputs);
    const samples = await all(dataset);
    expect(samples.map(({ feeds }) => [...tensorValueFloats(feeds['sound']!)].map((x) => x * 32))).toEqual([
      [0, 0, 1, 2, 3, 4], [3, 4, 5, 6, 7, 8],
    ]);
    expect(samples[0]!.feeds['rate']).toEqual({ dtype: 'int64', dims: [], data: BigInt64Array.of(16000n) });
    expect(samples[0]!.feeds['state']).toMatchObject({ dims: [2, 1, 3] });
    const state = new CarriedState(dataset);
    expect(state.feedsFor(samples[0]!)['state']!.data).toEqual(new Float32Array(6));
    const next = { dtype: 'float32', dims: [2, 1, 3], data: new Float32Array(6).fill(2) } as const;
    state.keep({ next });
    expect(state.feedsFor(samples[1]!)['state']).toBe(next);
    expect(state.feedsFor({ ...samples[1]!, group: 'another' })['state']!.data).toEqual(new Float32Array(6));
    await expect(open({ ...source, sampleRate: 8000 }, inputs))
      .rejects.toMatchObject({ message: /16000 samples a second/ });
    await expect(open({ audio: 'a.wav', frame: 4 }, inputs))
      .rejects.toMatchObject({ message: /nothing for the input "state"/ });
    await expect(open({ ...source, carry: { stat: 'next' } }, inputs))
      .rejects.toMatchObject({ message: /mean "state"/ });
  });

  it('makes up numbers in the shapes and ranges of the inputs, and says so', async () => {
    const inputs: ModelInput[] = [
      { name: 'x', dtype: 'float32', shape: ['N', 3, 'h', 'w'] },
      { name: 'ids', dtype: 'int64', shape: ['N', 'seq'], vocabularySize: 9 },
      { name: 'attention_mask', dtype: 'int64', shape: ['N', 'seq'] },
      { name: 'bytes', dtype: 'uint8', shape: [2, 50] },
    ];
    const dataset = await open({ random: { samples: 3, dims: { seq: 200, h: 10 } } }, inputs);
    expect(dataset).toMatchObject({ size: 3, synthetic: true, labelled: false });
    expect(dataset.notes.join(' ')).toMatch(/random numbers.*w of "x"/);
    const { feeds } = await dataset.at(2);
    expect(feeds['x']!.dims).toEqual([1, 3, 10, 224]);
    const values = tensorValueFloats(feeds['x']!);
    expect(Math.abs(values.reduce((sum, x) => sum + x * x, 0) / values.length - 1)).toBeLessThan(0.1);
    const ids = Array.from(feeds['ids']!.data as BigInt64Array, Number);
    expect(new Set(ids)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]));
    expect(Math.max(...(feeds['bytes']!.data as Uint8Array))).toBeGreaterThan(127);
    expect(feeds['attention_mask']!.data[199]).toBe(1n);
    expect((await dataset.at(2)).feeds).toEqual(feeds);
    expect((await (await open({ random: 3 }, inputs, 1)).at(2)).feeds['ids']).not.toEqual(feeds['ids']);
  });
});

describe('SampleList', () => {
  const list = (size: number, read: (index: number) => Promise<void>): SampleList<{ id: string }> => new SampleList({
    description: '', notes: [],
    entries: Array.from({ length: size }, (_, i) => ({ id: String(i) })),
    async read({ id }) {
      await read(Number(id));
      return { feeds: {} };
    },
  });

  it('reads a little ahead, and no more', async () => {
    const begun: number[] = [];
    const samples = list(10, async (index) => void begun.push(index)).samples({ start: 2, end: 9 });
    expect((await samples[Symbol.asyncIterator]().next()).value).toMatchObject({ id: '2' });
    expect(begun).toEqual([2, 3, 4, 5]);
  });

  it('throws a failure at its place, and stops when cancelled', async () => {
    const seen: string[] = [];
    const failing = list(5, async (index) => {
      if (index === 2) throw new Error('broken');
    });
    await expect((async () => {
      for await (const { id } of failing.samples()) seen.push(id);
    })()).rejects.toThrow('broken');
    expect(seen).toEqual(['0', '1']);
    const controller = new AbortController();
    await expect((async () => {
      for await (const _ of list(5, async () => undefined).samples({ signal: controller.signal })) controller.abort();
    })()).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('takes subsets of subsets', () => {
    const subset = list(10, async () => undefined).subset([7, 3, 5]).subset([2, 0]);
    expect([subset.size, subset.id(0), subset.id(1)]).toEqual([2, '5', '7']);
  });
});
