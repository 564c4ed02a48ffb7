import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { initializer, lengthField, modelBytes, varintField } from '../../../../test/onnx/wire.ts';
import { LatheError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import { checkExternalData } from './external-data.ts';
import { readModel, readModelBytes } from './read.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-external-'));
  fs.mkdirSync(path.join(folder, 'model'));
  fs.writeFileSync(path.join(folder, 'secret.bin'), Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

/** A model with the uint8 tensor "w" of 4 elements in another file. */
function bytesWith(entries: Readonly<Record<string, string>>): Uint8Array {
  const entry = (key: string, value: string): number[] => lengthField(13, lengthField(1, key), lengthField(2, value));
  const external = Object.entries(entries).map(([key, value]) => entry(key, value));
  return modelBytes(
    initializer(varintField(1, 4), varintField(2, 2), lengthField(8, 'w'), ...external, varintField(14, 1)),
  );
}

function modelWith(entries: Readonly<Record<string, string>>): Model {
  const file = path.join(folder, 'model', 'm.onnx');
  fs.writeFileSync(file, bytesWith(entries));
  return readModel(file);
}

function data(name: string, ...bytes: readonly number[]): void {
  fs.writeFileSync(path.join(folder, 'model', name), Uint8Array.from(bytes));
}

const read = (model: Model): number[] => [...model.graph.initializers.get('w')!.bytes()];

describe('external data', () => {
  it('is a range of a file in the folder of the model', () => {
    data('w.bin', 9, 8, 7, 6, 5, 4);
    const model = modelWith({ location: 'w.bin', offset: '1', length: '4' });
    expect(checkExternalData(model)).toEqual([]);
    expect(read(model)).toEqual([8, 7, 6, 5]);
    const { storage } = model.graph.initializers.get('w')!;
    expect(storage.file).toEqual({ path: path.join(folder, 'model', 'w.bin'), offset: 1 });
    expect(storage.external).toMatchObject({ location: 'w.bin' });
  });

  it('may leave out offset and length, and be in a folder inside', () => {
    fs.mkdirSync(path.join(folder, 'model', 'weights'));
    data('weights/w.bin', 1, 2, 3, 4);
    expect(read(modelWith({ location: 'weights/w.bin' }))).toEqual([1, 2, 3, 4]);
    expect(read(modelWith({ location: './weights/w.bin', checksum: 'not looked at' }))).toEqual([1, 2, 3, 4]);
  });

  it.each([
    '../secret.bin',
    'x/../../secret.bin',
    '..\\secret.bin',
    '/etc/passwd',
    'C:\\secret.bin',
    'C:secret.bin',
    '\\\\server\\share\\secret.bin',
  ])('outside of the folder is refused: %s', (location) => {
    const model = modelWith({ location, length: '4' });
    const [error] = checkExternalData(model);
    expect(error).toBeInstanceOf(LatheError);
    expect(error).toMatchObject({ code: 'EXTERNAL_DATA', at: { value: 'w' } });
    expect(error!.message).toContain('Tensor "w"');
    expect(error!.message).toContain(location);
    expect(error!.message).toContain('outside the model');
    expect(() => read(model)).toThrow(error!.message);
    expect(model.graph.initializers.get('w')!.storage.file).toBeUndefined();
  });

  it('is not followed out of the folder by a link', () => {
    fs.symlinkSync(path.join(folder, 'secret.bin'), path.join(folder, 'model', 'w.bin'));
    expect(() => read(modelWith({ location: 'w.bin' }))).toThrow('outside the model');
    fs.symlinkSync(folder, path.join(folder, 'model', 'up'));
    expect(() => read(modelWith({ location: 'up/secret.bin' }))).toThrow('outside the model');
  });

  it('may be links where the model itself is one, as in download caches', () => {
    const blobs = path.join(folder, 'blobs');
    fs.mkdirSync(blobs);
    fs.writeFileSync(path.join(blobs, 'aaaa'), bytesWith({ location: 'w.bin' }));
    fs.writeFileSync(path.join(blobs, 'bbbb'), Uint8Array.of(4, 3, 2, 1));
    const snapshot = path.join(folder, 'snapshot');
    fs.mkdirSync(snapshot);
    fs.symlinkSync('../blobs/aaaa', path.join(snapshot, 'm.onnx'));
    fs.symlinkSync('../blobs/bbbb', path.join(snapshot, 'w.bin'));
    expect(read(readModel(path.join(snapshot, 'm.onnx')))).toEqual([4, 3, 2, 1]);
  });

  it.each([
    ['a missing file', { location: 'missing.bin' }, '"missing.bin", which is missing'],
    ['a file that ends before', { location: 'short.bin', offset: '2' }, '2 to 6 of "short.bin", which has only 4'],
    ['another length', { location: 'short.bin', length: '3' }, 'needs 4 bytes but "short.bin" should hold 3'],
    ['an offset beyond all bounds', { location: 'short.bin', offset: '9007199254740990' }, 'which has only 4'],
  ])('with %s is found when it is asked for', (_, entries, words) => {
    data('short.bin', 1, 2, 3, 4);
    const model = modelWith(entries);
    expect(model.graph.initializers.get('w')!.dims).toEqual([4]);
    expect(checkExternalData(model).map(({ code }) => code)).toEqual(['EXTERNAL_DATA']);
    expect(() => read(model)).toThrow(words);
  });

  it.each([
    ['no location', { offset: '0' }],
    ['a negative offset', { location: 'w.bin', offset: '-1' }],
    ['a length that is no number', { location: 'w.bin', length: '1e3' }],
  ])('with %s is an error at once', (_, entries) => {
    const error = expect.objectContaining({ code: 'EXTERNAL_DATA' }) as Error;
    expect(() => modelWith(entries as Record<string, string>)).toThrow(error);
  });

  it('needs a folder', () => {
    const model = readModelBytes(bytesWith({ location: 'w.bin' }));
    expect(() => read(model)).toThrow('not read from a folder');
  });
});
