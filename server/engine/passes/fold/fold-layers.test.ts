import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameResults, noise, numbersOf } from '../../../../test/passes/same-results.ts';
import { smallModel, type Port } from '../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import type { Model } from '../../model/model.ts';
import type { NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { tensorInfo } from '../../model/types.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { foldModel } from './fold-model.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const weight = (name: string, dims: readonly number[], seed = 7): Tensor =>
  Tensor.from(name, 'float32', dims, numbersOf(noise(dims, seed)));

/** Parameters of a batch norm with positive variances: `bn_scale`, `bn_bias`, `bn_mean`, `bn_var`. */
function batchNorm(channels: number): Tensor[] {
  const variance = numbersOf(noise([channels], 5)).map((v) => v * v + 0.1);
  return [
    weight('bn_scale', [channels], 2),
    weight('bn_bias', [channels], 3),
    weight('bn_mean', [channels], 4),
    Tensor.from('bn_var', 'float32', [channels], variance),
  ];
}

const bn = (input: string, output: string): NodeFields => ({
  opType: 'BatchNormalization',
  name: 'bn',
  inputs: [input, 'bn_scale', 'bn_bias', 'bn_mean', 'bn_var'],
  outputs: [output],
  attributes: { epsilon: attr.float(0.01) },
});

/** Folds, and expects the same results with exactly the nodes named. */
async function expectFolded(model: Model, left: readonly string[], tolerance = 2e-6): Promise<Model> {
  const folded = foldModel(model).model;
  expect(folded.graph.nodes.map((node) => node.opType)).toEqual(left);
  const feeds = model.graph.feeds().map(({ name, type }, i) => {
    const dims = type?.kind === 'tensor' ? type.shape!.map(Number) : [];
    return [name, noise(dims, i + 11)] as const;
  });
  await expectSameResults(runtime, model, folded, Object.fromEntries(feeds), tolerance);
  return folded;
}

interface Layer {
  readonly node: NodeFields;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly weights: readonly Tensor[];
}

function layer(opType: string, x: readonly number[], y: readonly number[], weights: readonly Tensor[],
  attributes: Record<string, Attribute> = {}): Layer {
  const inputs = ['x', ...weights.map((tensor) => tensor.name)];
  return { node: { opType, name: 'layer', inputs, outputs: ['h'], attributes }, x, y, weights };
}

const layers: Record<string, Layer> = {
  'a convolution': layer('Conv', [2, 3, 5, 6], [2, 4, 5, 6], [weight('w', [4, 3, 3, 3]), weight('b', [4])], {
    pads: attr.ints([1, 1, 1, 1]),
  }),
  'a convolution without a bias': layer('Conv', [1, 3, 5], [1, 4, 3], [weight('w', [4, 3, 3])]),
  'a grouped convolution': layer('Conv', [1, 4, 5, 5], [1, 6, 3, 3], [weight('w', [6, 2, 3, 3]), weight('b', [6])], {
    group: attr.int(2),
  }),
  'a depthwise convolution': layer('Conv', [1, 4, 5, 5], [1, 4, 3, 3], [weight('w', [4, 1, 3, 3])], {
    group: attr.int(4),
  }),
  'a transposed convolution': layer('ConvTranspose', [1, 3, 4, 4], [1, 4, 5, 5], [weight('w', [3, 4, 2, 2])]),
  'a grouped transposed convolution': layer('ConvTranspose', [1, 4, 4, 4], [1, 6, 9, 9],
    [weight('w', [4, 3, 3, 3]), weight('b', [6])], { group: attr.int(2), strides: attr.ints([2, 2]) }),
  'a Gemm': layer('Gemm', [5, 3], [5, 4], [weight('w', [3, 4]), weight('b', [4])], { alpha: attr.float(0.7) }),
  'a transposed Gemm with beta': layer('Gemm', [5, 3], [5, 4], [weight('w', [4, 3]), weight('b', [1, 4])], {
    transB: attr.int(1), beta: attr.float(0.3),
  }),
  'a Gemm with one bias for all': layer('Gemm', [5, 3], [5, 4], [weight('w', [3, 4]), weight('b', [])]),
};

describe.each(Object.entries(layers))('into %s', (_, { node, x, y, weights }) => {
  const channels = y[1]!;
  const perChannel = [channels, ...y.slice(2).map(() => 1)];
  const build = (after: readonly NodeFields[], constants: readonly Tensor[]): Model => smallModel({
    inputs: [['x', x]], outputs: [['y', y]], nodes: [node, ...after], constants: [...weights, ...constants],
  });

  it('goes the batch norm after it', async () => {
    const folded = await expectFolded(build([bn('h', 'y')], batchNorm(channels)), [node.opType]);
    expect(folded.graph.nodes[0]!.name).toBe('layer');
    expect(folded.graph.initializers.size).toBe(2);
  });

  it('goes arithmetic with constants after it', async () => {
    const after = [
      { opType: 'Mul', inputs: ['m', 'h'], outputs: ['p'] },
      { opType: 'Add', inputs: ['p', 'a'], outputs: ['q'] },
      { opType: 'Sub', inputs: ['s', 'q'], outputs: ['r'] },
      { opType: 'Div', inputs: ['r', 'd'], outputs: ['t'] },
      { opType: 'Sub', inputs: ['t', 'a'], outputs: ['y'] },
    ];
    const constants = [weight('m', perChannel), weight('a', perChannel), weight('s', []), weight('d', [1])];
    await expectFolded(build(after, constants), [node.opType]);
  });

  it('nothing goes while somebody else reads its result', async () => {
    const model = build([bn('h', 'y'), { opType: 'Relu', inputs: ['h'], outputs: ['z'] }], batchNorm(channels));
    model.graph.outputs.push({ ...model.graph.outputs[0]!, name: 'z' });
    await expectFolded(model, [node.opType, 'BatchNormalization', 'Relu'], 0);
  });

  it('nothing goes while its weights have another user', async () => {
    const negated = { opType: 'Neg', inputs: ['x'], outputs: ['n'] };
    const again = { ...node, name: 'again', inputs: ['n', ...node.inputs.slice(1)], outputs: ['z'] };
    const model = build([bn('h', 'y'), negated, again], batchNorm(channels));
    model.graph.outputs.push({ ...model.graph.outputs[0]!, name: 'z' });
    await expectFolded(model, [node.opType, 'BatchNormalization', 'Neg', node.opType], 0);
  });

  it('nothing goes that is spread along other axes', async () => {
    const last = y.at(-1)!;
    const spread = y.length > 2 ? [last] : [y[0]!, 1];
    const model = build([{ opType: 'Mul', inputs: ['h', 'm'], outputs: ['y'] }], [weight('m', spread)]);
    await expectFolded(model, [node.opType, 'Mul'], 0);
  });
});

describe('around a matrix product', () => {
  const io = (shape: readonly number[]): { inputs: Port[]; outputs: Port[] } => ({
    inputs: [['x', [...shape.slice(0, -1), 3]]], outputs: [['y', shape]],
  });
  const product = { opType: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] };
  const w = weight('w', [3, 4]);

  it('factors go into the weights, in any rank', async () => {
    const nodes = [product, { opType: 'Mul', inputs: ['h', 'm'], outputs: ['y'] }];
    await expectFolded(smallModel({ ...io([2, 5, 4]), nodes, constants: [w, weight('m', [4])] }), ['MatMul']);
  });

  it('factors go into the weights and the bias that follows', async () => {
    const nodes = [
      product,
      { opType: 'Add', inputs: ['b', 'h'], outputs: ['g'] },
      { opType: 'Div', inputs: ['g', 'm'], outputs: ['k'] },
      { opType: 'Add', inputs: ['k', 'c'], outputs: ['y'] },
    ];
    const constants = [w, weight('b', [4]), weight('m', []), weight('c', [1, 4])];
    await expectFolded(smallModel({ ...io([2, 5, 4]), nodes, constants }), ['MatMul', 'Add']);
  });

  it('a batch norm becomes the bias', async () => {
    const constants = [w, ...batchNorm(4)];
    await expectFolded(smallModel({ ...io([5, 4]), nodes: [product, bn('h', 'y')], constants }), ['MatMul', 'Add']);
  });

  it('a batch norm over another axis than the columns stays', async () => {
    const constants = [w, ...batchNorm(4)];
    const model = smallModel({ ...io([5, 4, 4]), nodes: [product, bn('h', 'y')], constants });
    await expectFolded(model, ['MatMul', 'BatchNormalization'], 0);
  });

  it('a factor that would give the result another rank stays', async () => {
    const nodes = [product, { opType: 'Mul', inputs: ['h', 'm'], outputs: ['y'] }];
    const model = smallModel({ ...io([5, 4]), nodes, constants: [w, weight('m', [1, 1, 4])] });
    model.graph.outputs = [tensorInfo('y', 'float32', [1, 5, 4])];
    await expectFolded(model, ['MatMul', 'Mul'], 0);
  });
});

describe('into the layer after it', () => {
  const conv = (attributes: Record<string, Attribute> = {}): NodeFields => ({
    opType: 'Conv', name: 'conv', inputs: ['h', 'w'], outputs: ['y'], attributes,
  });
  const build = (before: NodeFields, conv: NodeFields, y: readonly number[], constants: readonly Tensor[]): Model =>
    smallModel({ inputs: [['x', [1, 4, 5, 5]]], outputs: [['y', y]], nodes: [before, conv], constants });

  it('goes a batch norm, where nothing is padded', async () => {
    const constants = [weight('w', [6, 2, 3, 3]), ...batchNorm(4)];
    await expectFolded(build(bn('x', 'h'), conv({ group: attr.int(2) }), [1, 6, 3, 3], constants), ['Conv']);
  });

  it('a shift stays where zeros are padded', async () => {
    const constants = [weight('w', [6, 4, 3, 3]), ...batchNorm(4)];
    const padded = conv({ pads: attr.ints([0, 1, 0, 0]) });
    await expectFolded(build(bn('x', 'h'), padded, [1, 6, 3, 4], constants), ['BatchNormalization', 'Conv'], 0);
  });

  it('goes a factor, padded or not', async () => {
    const constants = [weight('w', [6, 4, 3, 3]), weight('m', [4, 1, 1])];
    const scale = { opType: 'Div', inputs: ['x', 'm'], outputs: ['h'] };
    await expectFolded(build(scale, conv({ auto_pad: attr.string('SAME_UPPER') }), [1, 6, 5, 5], constants), ['Conv']);
  });

  it('goes a factor into a transposed convolution, a shift does not', async () => {
    const constants = [weight('w', [4, 3, 2, 2]), weight('m', [4, 1, 1])];
    const transposed = { ...conv({ group: attr.int(2) }), opType: 'ConvTranspose' };
    const scale = { opType: 'Mul', inputs: ['x', 'm'], outputs: ['h'] };
    await expectFolded(build(scale, transposed, [1, 6, 6, 6], constants), ['ConvTranspose']);
    const shift = { opType: 'Add', inputs: ['x', 'm'], outputs: ['h'] };
    await expectFolded(build(shift, transposed, [1, 6, 6, 6], constants), ['Add', 'ConvTranspose'], 0);
  });

  it('goes a batch norm into a Gemm', async () => {
    const gemm = { opType: 'Gemm', inputs: ['h', 'w', 'b'], outputs: ['y'], attributes: { alpha: attr.float(0.5) } };
    const constants = [weight('w', [4, 3]), weight('b', [3]), ...batchNorm(4)];
    const ports = { inputs: [['x', [5, 4]]], outputs: [['y', [5, 3]]] } as const;
    await expectFolded(smallModel({ ...ports, nodes: [bn('x', 'h'), gemm], constants }), ['Gemm']);
  });
});

describe('padding', () => {
  const pad = (pads: readonly number[], value?: number): [NodeFields, Tensor[]] => [
    { opType: 'Pad', inputs: ['x', 'pads', ...(value === undefined ? [] : ['value'])], outputs: ['h'] },
    [
      Tensor.from('pads', 'int64', [8], pads),
      ...(value === undefined ? [] : [Tensor.from('value', 'float32', [], [value])]),
    ],
  ];
  const around = [0, 0, 1, 2, 0, 0, 1, 0];

  async function expectPadded(
    [node, constants]: [NodeFields, Tensor[]],
    next: NodeFields,
    y: readonly number[],
    left: readonly string[],
  ): Promise<Model> {
    const all = [...constants, weight('w', [2, 3, 3, 3])];
    const ports = { inputs: [['x', [1, 3, 6, 6]]], outputs: [['y', y]] } as const;
    return expectFolded(smallModel({ ...ports, nodes: [node, next], constants: all }), left, 1e-6);
  }

  const conv = { opType: 'Conv', inputs: ['h', 'w'], outputs: ['y'], attributes: { pads: attr.ints([1, 0, 0, 0]) } };
  const pool = (opType: string, attributes: Record<string, Attribute> = {}): NodeFields => ({
    opType, inputs: ['h'], outputs: ['y'], attributes: { kernel_shape: attr.ints([3, 3]), ...attributes },
  });

  it('with zeros is what a convolution does itself', async () => {
    const folded = await expectPadded(pad(around), conv, [1, 2, 7, 6], ['Conv']);
    expect(folded.graph.nodes[0]!.ints('pads')).toEqual([2, 2, 1, 0]);
  });

  it('with another number, of channels, or by cutting off stays', async () => {
    await expectPadded(pad(around, 1), conv, [1, 2, 7, 6], ['Pad', 'Conv']);
    await expectPadded(pad([0, 0, -1, 1, 0, 0, 0, 0]), conv, [1, 2, 4, 5], ['Pad', 'Conv']);
  });

  it('is counted by an average, where that counted it before', async () => {
    await expectPadded(pad(around), pool('AveragePool'), [1, 3, 6, 6], ['AveragePool']);
    const own = { pads: attr.ints([1, 1, 1, 1]) };
    await expectPadded(pad(around), pool('AveragePool', own), [1, 3, 8, 8], ['Pad', 'AveragePool']);
  });

  it('with zeros is not what a maximum does', async () => {
    await expectPadded(pad(around), pool('MaxPool'), [1, 3, 6, 6], ['Pad', 'MaxPool']);
    await expectPadded(pad(around, -Infinity), pool('MaxPool'), [1, 3, 6, 6], ['MaxPool']);
  });
});

it('keeps weights that would become infinite as they are', async () => {
  const constants = [Tensor.from('w', 'float32', [1, 1, 1], [3e38]), Tensor.from('m', 'float32', [], [1e3])];
  const model = smallModel({
    inputs: [['x', [1, 1, 1]]],
    outputs: [['y', [1, 1, 1]]],
    nodes: [
      { opType: 'Conv', inputs: ['x', 'w'], outputs: ['h'] },
      { opType: 'Mul', inputs: ['h', 'm'], outputs: ['y'] },
    ],
    constants,
  });
  expect(foldModel(model).model.graph.nodes).toHaveLength(2);
});

it('leaves quantized weights alone', () => {
  const constants = [
    Tensor.from('q', 'int8', [4, 3, 1, 1], new Array<number>(12).fill(3)),
    Tensor.from('scale', 'float32', [], [0.5]),
    ...batchNorm(4),
  ];
  const nodes = [
    { opType: 'DequantizeLinear', inputs: ['q', 'scale'], outputs: ['w'] },
    { opType: 'Conv', inputs: ['x', 'w'], outputs: ['h'] },
    bn('h', 'y'),
  ];
  const model = smallModel({ inputs: [['x', [1, 3, 2, 2]]], outputs: [['y', [1, 4, 2, 2]]], nodes, constants });
  expect(foldModel(model).model.graph.nodes.map((node) => node.opType)).toEqual(nodes.map((node) => node.opType));
});

