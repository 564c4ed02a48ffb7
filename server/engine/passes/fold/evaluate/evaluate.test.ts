import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, run, valueOf } from '../../../../../test/passes/same-results.ts';
import { smallModel } from '../../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../../model/attribute.ts';
import { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { Runtime } from '../../../runtime/runtime.ts';
import type { DataType } from '../../../tensor/dtype.ts';
import type { Feeds } from '../../../tensor/tensor-value.ts';
import { evaluate, evaluatedOperators } from './evaluate.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

function t(dtype: DataType, dims: readonly number[], values: readonly number[]): Tensor {
  return Tensor.from('', dtype, dims, values);
}

const f = (dims: readonly number[], values: readonly number[]): Tensor => t('float32', dims, values);
const i64 = (...values: readonly number[]): Tensor => t('int64', [values.length], values);
const scalar = (dtype: DataType, value: number): Tensor => t(dtype, [], [value]);
const bools = (...values: readonly number[]): Tensor => t('bool', [values.length], values);

interface Case {
  readonly opType: string;
  readonly inputs: readonly (Tensor | undefined)[];
  readonly attributes?: Record<string, Attribute>;
  readonly opset?: number;
  readonly outputs?: number;
}

const grid = f([2, 3], [1.5, -2, 0.1, 7, -0.3, 1e-3]);
const row = f([3], [0.7, -4, 3]);
const column = f([2, 1], [-1.1, 6]);
const cube = t('int16', [2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -12]);
const wide = t('int64', [4], [7, -7, 2 ** 52 + 1, -(2 ** 40)]);
const divisors = t('int64', [4], [2, 2, -3, 9]);
const shorts = t('int32', [3], [2147483647, -2147483648, -7]);
const bytes = t('uint8', [3], [250, 7, 0]);

const binary = ['Add', 'Sub', 'Mul', 'Div'].flatMap((opType): Case[] => [
  { opType, inputs: [grid, row] },
  { opType, inputs: [column, grid], opset: 7 },
  { opType, inputs: [t('float64', [2], [0.1, 1e300]), t('float64', [2, 1], [3, -7])] },
  { opType, inputs: [wide, divisors] },
  { opType, inputs: [shorts, t('int32', [3], [3, 5, 2])] },
  { opType, inputs: [bytes, t('uint8', [1], [7])], opset: 14 },
]);

const comparisons = ['Equal', 'Less', 'LessOrEqual', 'Greater', 'GreaterOrEqual'].flatMap((opType): Case[] => [
  { opType, inputs: [grid, f([3], [1.5, -2.5, 0.1])] },
  { opType, inputs: [wide, divisors] },
]);

const unary: Case[] = [
  ...['Abs', 'Neg', 'Ceil', 'Floor', 'Reciprocal', 'Exp'].map((opType) => ({ opType, inputs: [grid] })),
  ...['Abs', 'Neg'].map((opType) => ({ opType, inputs: [wide] })),
  ...['Abs', 'Neg'].map((opType) => ({ opType, inputs: [t('int8', [3], [-128, 5, 0])] })),
  ...['Sqrt', 'Log'].map((opType) => ({ opType, inputs: [f([4], [2, 0, 1e-30, 16])] })),
  { opType: 'Not', inputs: [bools(1, 0, 1)] },
];

const casts: Case[] = [
  { from: grid, to: 7 }, { from: grid, to: 6 }, { from: grid, to: 11 }, { from: grid, to: 10 }, { from: grid, to: 9 },
  { from: wide, to: 1 }, { from: wide, to: 11 }, { from: bytes, to: 1 }, { from: bytes, to: 7 },
  { from: bools(1, 0), to: 1 }, { from: bools(1, 0), to: 7 }, { from: t('float16', [2], [0.1, -3.7]), to: 1 },
  { from: t('float16', [2], [0.1, -3.7]), to: 6 }, { from: t('float64', [2], [0.1, -3.7]), to: 1 },
].map(({ from, to }) => ({ opType: 'Cast', inputs: [from], attributes: { to: attr.int(to) } }));

const cases: Case[] = [
  ...binary,
  ...comparisons,
  ...unary,
  ...casts,
  { opType: 'Add', inputs: [t('float16', [2], [0.1, 2048]), t('float16', [2], [0.2, 1])] },
  { opType: 'And', inputs: [bools(1, 1, 0), bools(1, 0, 0)] },
  { opType: 'Or', inputs: [bools(1, 1, 0), bools(1, 0, 0)] },
  { opType: 'Pow', inputs: [grid, scalar('float32', 3)] },
  { opType: 'Max', inputs: [grid, row, scalar('float32', 0)] },
  { opType: 'Min', inputs: [wide, divisors] },
  { opType: 'Where', inputs: [bools(1, 0, 1), grid, column] },
  { opType: 'Where', inputs: [bools(1, 0, 1, 0), wide, scalar('int64', 3)] },
  { opType: 'Identity', inputs: [cube] },
  { opType: 'Reshape', inputs: [cube, i64(0, -1)] },
  { opType: 'Reshape', inputs: [f([2, 0], []), i64(0, 5)], attributes: { allowzero: attr.int(1) }, opset: 14 },
  { opType: 'Flatten', inputs: [cube], attributes: { axis: attr.int(-1) } },
  { opType: 'Squeeze', inputs: [f([1, 2, 1], [1, 2]), i64(-1)] },
  { opType: 'Squeeze', inputs: [f([1, 2, 1], [1, 2])] },
  { opType: 'Squeeze', inputs: [f([1, 2, 1], [1, 2])], attributes: { axes: attr.ints([0]) }, opset: 11 },
  { opType: 'Unsqueeze', inputs: [cube, i64(0, -2)] },
  { opType: 'Unsqueeze', inputs: [cube], attributes: { axes: attr.ints([1, 4]) }, opset: 11 },
  { opType: 'Transpose', inputs: [cube] },
  { opType: 'Transpose', inputs: [cube], attributes: { perm: attr.ints([1, 0, 2]) } },
  { opType: 'Transpose', inputs: [t('float16', [2, 3], [1, 2, 3, 4, 5, 6])] },
  { opType: 'Expand', inputs: [column, i64(3, 1, 4)] },
  { opType: 'Expand', inputs: [grid, i64(1)] },
  { opType: 'Tile', inputs: [cube, i64(2, 1, 3)] },
  { opType: 'Slice', inputs: [cube, i64(-1, 0), i64(-1000, 2), i64(0, 1), i64(-1, 1)] },
  { opType: 'Slice', inputs: [cube, i64(0, 2), i64(2 ** 62, 0), i64(0, 1), i64(1, -2)] },
  { opType: 'Slice', inputs: [cube, i64(1), i64(1)] },
  {
    opType: 'Slice',
    inputs: [cube],
    attributes: { starts: attr.ints([1]), ends: attr.ints([-1]), axes: attr.ints([1]) },
    opset: 9,
  },
  { opType: 'Gather', inputs: [cube, t('int64', [2, 2], [0, -1, 2, 1])], attributes: { axis: attr.int(1) } },
  { opType: 'Gather', inputs: [i64(4, 5, 6), scalar('int64', 1)] },
  { opType: 'Concat', inputs: [grid, column, grid], attributes: { axis: attr.int(-1) } },
  { opType: 'Concat', inputs: [i64(1), i64(), i64(2, 3)], attributes: { axis: attr.int(0) } },
  { opType: 'Split', inputs: [cube, i64(1, 2)], attributes: { axis: attr.int(1) }, outputs: 2 },
  { opType: 'Shape', inputs: [cube] },
  { opType: 'Shape', inputs: [cube], attributes: { start: attr.int(-2), end: attr.int(10) }, opset: 15 },
  { opType: 'Size', inputs: [cube] },
  { opType: 'Range', inputs: [scalar('int64', 3), scalar('int64', -8), scalar('int64', -3)] },
  { opType: 'Range', inputs: [scalar('float32', 0.1), scalar('float32', 2), scalar('float32', 0.3)] },
  { opType: 'Range', inputs: [scalar('int32', 3), scalar('int32', 3), scalar('int32', 1)] },
  { opType: 'ConstantOfShape', inputs: [i64(2, 3)] },
  { opType: 'ConstantOfShape', inputs: [i64(4)], attributes: { value: attr.tensor(t('int64', [1], [-5])) } },
];

describe('evaluates as onnxruntime does', () => {
  it.each(cases.map((one, i) => [`${one.opType} (${i})`, one] as const))('%s', async (_, one) => {
    const { opType, inputs, attributes = {}, opset = 13, outputs = 1 } = one;
    const names = Array.from({ length: outputs }, (_, i) => `y${i}`);
    const inputNames = inputs.map((tensor, i) => (tensor ? `x${i}` : ''));
    const fields = { opType, inputs: inputNames, outputs: names, attributes };
    const results = evaluate(new Node(fields), inputs, opset);
    expect(results).toBeDefined();
    const actual = Object.fromEntries(results!.map((tensor, i) => [names[i]!, valueOf(tensor)]));

    // Fed, not constant: onnxruntime must not compute it in some other way at load time.
    const given = inputs.flatMap((tensor, i) => (tensor ? [[`x${i}`, tensor] as const] : []));
    const model = smallModel({
      inputs: given.map(([name, tensor]) => [name, tensor.dims, tensor.dtype]),
      outputs: results!.map((tensor, i) => [names[i]!, tensor.dims, tensor.dtype]),
      nodes: [fields],
      opset,
    });
    const feeds: Feeds = Object.fromEntries(given.map(([name, tensor]) => [name, valueOf(tensor)]));
    expect(differences(await run(runtime, model, feeds), actual)).toBeLessThanOrEqual(2e-7);
  });

  it('has a case for every operator', () => {
    expect([...new Set(cases.map((one) => one.opType))].sort()).toEqual([...evaluatedOperators].sort());
  });
});

describe('leaves to the runtime', () => {
  it.each<[string, Case]>([
    ['division of integers by zero', { opType: 'Div', inputs: [wide, i64(0)] }],
    ['numbers that do not fit the type they are cast to', {
      opType: 'Cast', inputs: [f([1], [1e10])], attributes: { to: attr.int(6) },
    }],
    ['what is not a number', { opType: 'Cast', inputs: [f([1], [NaN])], attributes: { to: attr.int(7) } }],
    ['results that are large', { opType: 'ConstantOfShape', inputs: [i64(1 << 20, 1 << 10)] }],
    ['indices out of range', { opType: 'Gather', inputs: [row, i64(3)] }],
    ['shapes that do not fit', { opType: 'Add', inputs: [row, f([2], [1, 2])] }],
    ['a Reshape of the wrong size', { opType: 'Reshape', inputs: [row, i64(2, -1)] }],
    ['old ways to broadcast', { opType: 'Add', inputs: [grid, row], attributes: { broadcast: attr.int(1) }, opset: 6 }],
    ['what dequantizes', { opType: 'DequantizeLinear', inputs: [bytes, scalar('float32', 1)] }],
  ])('%s', (_, { opType, inputs, attributes = {}, opset = 13 }) => {
    expect(evaluate(new Node({ opType, inputs: [], outputs: ['y'], attributes }), inputs, opset)).toBeUndefined();
  });
});
