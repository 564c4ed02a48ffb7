import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, smallModel, type SmallModel } from '../../../test/runtime/small-models.ts';
import type { NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorType } from '../model/types.ts';
import { tensorValue, type Feeds } from '../tensor/tensor-value.ts';
import { batchableModel, batchedInputs, concatFeeds, liftBatch, splitOutputs } from './batching.ts';
import { Runtime } from './runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

describe('feeds', () => {
  it('come apart as they were put together', () => {
    const row = fc.record({ rows: fc.integer({ min: 1, max: 3 }), seed: fc.nat(100) });
    fc.assert(fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), (list) => {
      const samples = list.map(({ rows, seed }) => ({
        a: floats([rows, 2], Array.from({ length: rows * 2 }, (_, i) => seed + i)),
        b: tensorValue('int64', [rows], BigInt64Array.from({ length: rows }, (_, i) => BigInt(seed - i))),
        c: tensorValue('string', [rows, 1], Array.from({ length: rows }, (_, i) => `${seed}.${i}`)),
      }));
      const together = concatFeeds(samples, new Set(['a', 'b', 'c']));
      expect(together['a']!.dims).toEqual([list.reduce((sum, { rows }) => sum + rows, 0), 2]);
      expect(splitOutputs(together, list.map(({ rows }) => rows))).toEqual(samples);
    }));
  });

  it('keep inputs without a batch, which must be equal', () => {
    const sample = (x: number, rate: number): Feeds => ({ x: floats([1], [x]), rate: floats([], [rate]) });
    const together = concatFeeds([sample(1, 16), sample(2, 16)], new Set(['x']));
    expect(together).toEqual({ x: floats([2], [1, 2]), rate: floats([], [16]) });
    expect(() => concatFeeds([sample(1, 16), sample(2, 8)], new Set(['x']))).toThrow('"rate" do not fit');
  });

  it('of different shapes do not go together', () => {
    const list = [{ x: floats([1, 2], [1, 2]) }, { x: floats([1, 3], [1, 2, 3]) }];
    expect(() => concatFeeds(list, new Set(['x']))).toThrow('"x" do not fit into one batch');
    expect(() => concatFeeds([list[0]!, {}], new Set(['x']))).toThrow('"x" do not fit');
  });

  it('must come out with their rows', () => {
    expect(() => splitOutputs({ y: floats([1, 4], [1, 2, 3, 4]) }, [1, 1])).toThrow('"y" has shape [1, 4] for 2 rows');
  });
});

const ints = (name: string, ...values: number[]): Tensor => Tensor.from(name, 'int64', [values.length], values);
const axis = (value: number) => ({ axis: { type: 'int', value: BigInt(value) } }) as const;

function oneInput(nodes: readonly NodeFields[], constants: readonly Tensor[], y: readonly number[]): SmallModel {
  return { inputs: [['x', [1, 4, 2, 2]]], outputs: [['y', y]], nodes, constants };
}

const reshape = (shape: string): NodeFields => ({ opType: 'Reshape', inputs: ['x', shape], outputs: ['y'] });

const samples = [0, 1, 2].map((seed) => ({
  x: floats([1, 4, 2, 2], Array.from({ length: 16 }, (_, i) => Math.sin(seed * 16 + i))),
}));

describe('lifting a batch of one', () => {
  it.each<{ what: string; model: SmallModel }>([
    { what: 'a reshape to [1, 16]', model: oneInput([reshape('s')], [ints('s', 1, 16)], [1, 16]) },
    { what: 'a reshape to [1, -1]', model: oneInput([reshape('s')], [ints('s', 1, -1)], [1, 16]) },
    { what: 'a reshape to [1, 4, -1]', model: oneInput([reshape('s')], [ints('s', 1, 4, -1)], [1, 4, 4]) },
    { what: 'a reshape to [-1, 16]', model: oneInput([reshape('s')], [ints('s', -1, 16)], [1, 16]) },
    {
      what: 'rows merged with heads and split again',
      model: oneInput(
        [
          { opType: 'Reshape', inputs: ['x', 'merged'], outputs: ['heads'] },
          { opType: 'MatMul', inputs: ['heads', 'heads'], outputs: ['square'] },
          { opType: 'Reshape', inputs: ['square', 'split'], outputs: ['y'] },
        ],
        [ints('merged', 4, 2, 2), ints('split', 1, 4, 4)],
        [1, 4, 4],
      ),
    },
    {
      what: 'a shape that two nodes share, one of them without rows',
      model: oneInput(
        [
          { opType: 'Reshape', inputs: ['x', 's'], outputs: ['a'] },
          { opType: 'Reshape', inputs: ['w', 's'], outputs: ['b'] },
          { opType: 'Add', inputs: ['a', 'b'], outputs: ['y'] },
        ],
        [ints('s', 1, 16), Tensor.from('w', 'float32', [4, 4], Array.from({ length: 16 }, (_, i) => i))],
        [1, 16],
      ),
    },
    {
      what: 'a constant beside the rows in a Concat',
      model: oneInput(
        [{ opType: 'Concat', inputs: ['token', 'x'], outputs: ['y'], attributes: axis(1) }],
        [Tensor.from('token', 'float32', [1, 1, 2, 2], [1, 2, 3, 4])],
        [1, 5, 2, 2],
      ),
    },
    {
      what: 'a resize to constant sizes',
      model: oneInput(
        [{ opType: 'Resize', inputs: ['x', '', '', 'sizes'], outputs: ['y'] }],
        [ints('sizes', 1, 4, 4, 4)],
        [1, 4, 4, 4],
      ),
    },
  ])('follows $what', async ({ model: fields }) => {
    const model = smallModel(fields);
    const lifted = await batchableModel(runtime, model, samples);
    expect(lifted).toBeDefined();
    expect(batchedInputs(model).size).toBe(0);
    expect([...batchedInputs(lifted!)]).toEqual(['x']);
    expect(tensorType(lifted!.graph.outputs[0])!.shape![0]).toBe('batch');
  });

  it.each<{ what: string; model: SmallModel }>([
    {
      what: 'mixes rows',
      model: oneInput(
        [
          { opType: 'ReduceMean', inputs: ['x'], outputs: ['mean'] },
          { opType: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] },
        ],
        [],
        [1, 4, 2, 2],
      ),
    },
    {
      what: 'takes the first row only',
      model: {
        inputs: [['x', [1, 4, 2, 2]]],
        outputs: [['y', [4, 2, 2]]],
        nodes: [{ opType: 'Gather', inputs: ['x', 'zero'], outputs: ['y'], attributes: axis(0) }],
        constants: [Tensor.from('zero', 'int64', [], [0])],
      },
    },
    {
      what: 'has the rows behind other dimensions',
      model: oneInput(
        [
          {
            opType: 'Transpose',
            inputs: ['x'],
            outputs: ['t'],
            attributes: { perm: { type: 'ints', value: [1n, 0n, 2n, 3n] } },
          },
          { opType: 'Reshape', inputs: ['t', 's'], outputs: ['y'] },
        ],
        [ints('s', 1, 16)],
        [1, 16],
      ),
    },
  ])('leaves alone what $what', async ({ model: fields }) => {
    expect(await batchableModel(runtime, smallModel(fields), samples)).toBeUndefined();
  });

  it('has nothing to do where every input of several dimensions is free', async () => {
    const model = smallModel({
      inputs: [['x', ['n', 2]], ['v', [1]], ['w', [3, 2]]],
      outputs: [['y', ['n', 2]]],
      nodes: [
        { opType: 'Mul', inputs: ['x', 'v'], outputs: ['p'] },
        { opType: 'ReduceMax', inputs: ['w'], outputs: ['m'] },
        { opType: 'Add', inputs: ['p', 'm'], outputs: ['y'] },
      ],
      opset: 13,
    });
    expect(liftBatch(model)).toBeUndefined();
    const shared = { v: floats([1], [2]), w: floats([3, 2], [1, 2, 3, 4, 5, 6]) };
    const feeds = [1, 2].map((n) => ({ x: floats([1, 2], [n, -n]), ...shared }));
    expect(await batchableModel(runtime, model, feeds)).toBe(model);
  });
});
