import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { snapshot } from '../../../../test/onnx/snapshot.ts';
import { LatheError } from '../../errors.ts';
import { attr } from '../../model/attribute.ts';
import { Graph } from '../../model/graph.ts';
import { Model } from '../../model/model.ts';
import { Node } from '../../model/node.ts';
import { Tensor, type TensorStorage } from '../../model/tensor.ts';
import { tensorInfo } from '../../model/types.ts';
import { readModel, readModelBytes } from './read.ts';
import { writeFailure } from './replacement.ts';
import { encodeModel, writeModel } from './write.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lathe-write-'));
});

afterEach(() => {
  fs.rmSync(folder, { recursive: true });
});

const at = (...names: readonly string[]): string => path.join(folder, ...names);
const count = 3000;
const values = Float32Array.from({ length: count }, (_, i) => Math.sin(i));

/** Weights as an initializer, in a Constant node and in a branch of an If. */
function sample(scale = 1): Model {
  const weights = (name: string): Tensor => Tensor.from(name, 'float32', [count], values.map((v) => v * scale));
  const branch = new Graph();
  const constant = (output: string): Node =>
    new Node({ opType: 'Constant', inputs: [], outputs: [output], attributes: { value: attr.tensor(weights('')) } });
  branch.nodes = [constant('b')];
  branch.outputs = [tensorInfo('b', 'float32', [count])];
  const model = new Model();
  model.opsetImports.set('', 17);
  model.graph.inputs = [tensorInfo('x', 'float32', [count]), tensorInfo('flag', 'bool', [])];
  model.graph.outputs = [tensorInfo('z', 'float32', [count])];
  model.graph.initializers.set('w', weights('w'));
  model.graph.initializers.set('axes', Tensor.from('axes', 'int64', [1], [0]));
  const branches = { then_branch: attr.graph(branch), else_branch: attr.graph(branch.clone()) };
  model.graph.nodes = [
    constant('c'),
    new Node({ opType: 'Add', inputs: ['w', 'c'], outputs: ['y'] }),
    new Node({ opType: 'If', inputs: ['flag'], outputs: ['z'], attributes: branches }),
  ];
  return model;
}

function failure(run: () => unknown): LatheError {
  try {
    run();
  } catch (error) {
    if (error instanceof LatheError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('writeModel', () => {
  it('writes what encodeModel gives, and its size', () => {
    const model = sample();
    const { sizeBytes } = writeModel(model, at('m.onnx'));
    expect(fs.readFileSync(at('m.onnx')).equals(encodeModel(model))).toBe(true);
    expect(sizeBytes).toBe(fs.statSync(at('m.onnx')).size);
    expect(fs.readdirSync(folder)).toEqual(['m.onnx']);
  });

  it('puts large tensors of all graphs into one file beside the model', () => {
    const { sizeBytes } = writeModel(sample(), at('m.onnx'), { externalData: 'always' });
    expect(fs.readdirSync(folder).sort()).toEqual(['m.onnx', 'm.onnx.data']);
    expect(sizeBytes).toBe(fs.statSync(at('m.onnx')).size + fs.statSync(at('m.onnx.data')).size);
    expect(fs.statSync(at('m.onnx')).size).toBeLessThan(2000);
    const again = readModel(at('m.onnx'));
    expect(snapshot(again)).toEqual(snapshot(sample()));
    expect(again.graph.initializers.get('w')!.storage.external).toMatchObject({ location: 'm.onnx.data' });
    expect(again.graph.initializers.get('axes')!.storage.external).toBeUndefined();
  });

  it('keeps external data external unless told otherwise', () => {
    writeModel(sample(), at('m.onnx'), { externalData: 'always' });
    const model = readModel(at('m.onnx'));
    writeModel(model, at('again.onnx'));
    expect(fs.existsSync(at('again.onnx.data'))).toBe(true);
    writeModel(model, at('inline.onnx'), { externalData: 'never' });
    expect(fs.readFileSync(at('inline.onnx')).equals(encodeModel(sample()))).toBe(true);
    expect(fs.existsSync(at('inline.onnx.data'))).toBe(false);
  });

  it('starts large tensors at pages', () => {
    const model = sample();
    model.graph.initializers.set('big', Tensor.from('big', 'float32', [20_000], new Float32Array(20_000)));
    writeModel(model, at('m.onnx'), { externalData: 'always' });
    const { external } = readModel(at('m.onnx')).graph.initializers.get('big')!.storage;
    expect((external as unknown as { offset: number }).offset % 4096).toBe(0);
  });

  it.each(['never', 'always'] as const)('replaces the file that its own tensors are read from (%s)', (externalData) => {
    writeModel(sample(), at('m.onnx'), { externalData });
    const model = readModel(at('m.onnx'));
    const before = snapshot(sample());
    model.producerName = 'changed';
    writeModel(model, at('m.onnx'), { externalData });
    model.producerName = undefined;
    // The model in memory still has its bytes; the file has the new model.
    expect(snapshot(model)).toEqual(before);
    expect(readModel(at('m.onnx')).producerName).toBe('changed');
    writeModel(sample(2), at('m.onnx'), { externalData });
    expect(snapshot(model)).toEqual(before);
    expect(snapshot(readModel(at('m.onnx')))).toEqual(snapshot(sample(2)));
  });

  it('leaves the old file and nothing else when it fails midway', () => {
    writeModel(sample(), at('m.onnx'));
    const old = fs.readFileSync(at('m.onnx'));
    const failing: TensorStorage = {
      byteLength: 5_000_000,
      read: () => {
        throw new LatheError('FILE', 'The weights went away.');
      },
    };
    const model = sample();
    model.graph.initializers.set('w', new Tensor({ name: 'w', dtype: 'uint8', dims: [5_000_000], storage: failing }));
    for (const externalData of ['never', 'always'] as const) {
      expect(failure(() => writeModel(model, at('m.onnx'), { externalData })).message).toBe('The weights went away.');
      expect(fs.readFileSync(at('m.onnx')).equals(old)).toBe(true);
      expect(fs.readdirSync(folder)).toEqual(['m.onnx']);
    }
  });

  it('says why it cannot write', () => {
    expect(failure(() => writeModel(sample(), at('none', 'm.onnx')))).toMatchObject({
      code: 'WRITE',
      fix: 'Create the folder first.',
    });
    fs.mkdirSync(at('taken.onnx'));
    expect(failure(() => writeModel(sample(), at('taken.onnx')))).toMatchObject({ code: 'WRITE' });
    fs.writeFileSync(at('file'), '');
    expect(failure(() => writeModel(sample(), at('file', 'm.onnx')))).toMatchObject({ code: 'WRITE' });
    expect(fs.readdirSync(folder).sort()).toEqual(['file', 'taken.onnx']);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'may not be written to'],
    ['EROFS', 'read-only'],
  ])('explains %s', (code, words) => {
    const error = writeFailure('/out/m.onnx', Object.assign(new Error(`${code}: no`), { code }));
    expect(error).toMatchObject({ code: 'WRITE', at: { file: '/out/m.onnx' }, detail: `${code}: no` });
    expect(error.message).toContain(words);
    expect(error.fix).toBeDefined();
  });

  it('does not hold the tensors in memory', () => {
    let largest = 0;
    const storage: TensorStorage = {
      byteLength: 50_000_000,
      read: (start = 0, end = 50_000_000) => {
        largest = Math.max(largest, end - start);
        return new Uint8Array(end - start);
      },
    };
    const model = sample();
    model.graph.initializers.set('w', new Tensor({ name: 'w', dtype: 'uint8', dims: [50_000_000], storage }));
    const { sizeBytes } = writeModel(model, at('m.onnx'));
    expect(sizeBytes).toBeGreaterThan(50_000_000);
    expect(largest).toBeLessThanOrEqual(4 * 1024 * 1024);
  });
});

describe('encodeModel', () => {
  it('takes external data in', () => {
    writeModel(sample(), at('m.onnx'), { externalData: 'always' });
    expect(snapshot(readModelBytes(encodeModel(readModel(at('m.onnx')))))).toEqual(snapshot(sample()));
  });

  it('says that a model is too large for one piece', () => {
    const storage: TensorStorage = { byteLength: 2 ** 31, read: () => new Uint8Array(0) };
    const model = sample();
    model.graph.initializers.set('w', new Tensor({ name: 'w', dtype: 'uint8', dims: [2 ** 31], storage }));
    const error = failure(() => encodeModel(model));
    expect(error).toMatchObject({ code: 'UNSUPPORTED', fix: 'Write it with external data.' });
  });
});
