import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differences, noise, numbersOf, run } from '../../../../test/passes/same-results.ts';
import { floats, smallModel, type Port } from '../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { tensorInfo, tensorType } from '../../model/types.ts';
import { validateModel } from '../../model/validate.ts';
import { Runtime } from '../../runtime/runtime.ts';
import type { DataType } from '../../tensor/dtype.ts';
import { encodeSmallFloats } from '../../tensor/float-formats.ts';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import { toHalf, type HalfOptions } from './to-half.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const whole: HalfOptions = { type: 'float16', weightsOnly: false, io: 'float32', keepsFloat: () => false };
const stored: HalfOptions = { ...whole, weightsOnly: true };

const operators = (model: Model): string[] => model.graph.nodes.map((node) => node.opType);
const weight = (name: string, dims: readonly number[], f = (v: number): number => v): Tensor =>
  Tensor.from(name, 'float32', dims, numbersOf(noise(dims, dims.length)).map(f));
const scalar = (name: string, value: number): Tensor => Tensor.from(name, 'float32', [], [value]);

type Step = readonly [string, readonly string[], string, Record<string, Attribute>?];
const nodesOf = (steps: readonly Step[]): NodeFields[] =>
  steps.map(([opType, inputs, output, attributes = {}]) => ({ opType, name: output, inputs, outputs: [output],
    attributes }));

function build(steps: readonly Step[], x: readonly number[], y: readonly number[], constants: readonly Tensor[] = [],
  opset = 17, dtype: DataType = 'float32'): Model {
  const ports = { inputs: [['x', x, dtype] as Port], outputs: [['y', y] as Port] };
  return smallModel({ ...ports, nodes: nodesOf(steps), constants, opset });
}

/** float16 has 11 digits: a few roundings on the way. */
const tolerance = 4 * 2 ** -11;

async function expectClose(model: Model, options: HalfOptions, feeds: Feeds, within = tolerance): Promise<Model> {
  const halved = toHalf(model, options).model;
  expect(validateModel(halved)).toEqual([]);
  expect(halved.graph.inputs).toEqual(model.graph.inputs);
  expect(halved.graph.outputs).toEqual(model.graph.outputs);
  expect(differences(await run(runtime, model, feeds), await run(runtime, halved, feeds))).toBeLessThan(within);
  return halved;
}

/** Convolution, relu, pooling, matrix product, softmax. */
const network = (opset = 17): Model => build([
  ['Conv', ['x', 'w', 'b'], 'a', { pads: attr.ints([1, 1, 1, 1]) }],
  ['Relu', ['a'], 'r'],
  ['GlobalAveragePool', ['r'], 'p'],
  ['Flatten', ['p'], 'f'],
  ['MatMul', ['f', 'm'], 'l'],
  ['Softmax', ['l'], 'y'],
], [2, 3, 6, 6], [2, 5], [weight('w', [8, 3, 3, 3]), weight('b', [8]), weight('m', [8, 5])], opset);

describe('the computation in float16', () => {
  it('is converted once at the beginning and once at the end', async () => {
    const halved = await expectClose(network(), whole, { x: noise([2, 3, 6, 6]) });
    expect(operators(halved)).toEqual(['Cast', 'Conv', 'Relu', 'GlobalAveragePool', 'Flatten', 'MatMul', 'Softmax',
      'Cast']);
    expect([...halved.graph.initializers].map(([name, { dtype }]) => [name, dtype])).toEqual([
      ['w', 'float16'], ['b', 'float16'], ['m', 'float16'],
    ]);
  });

  it('leaves the model that it was given alone', () => {
    const model = network();
    const before = model.clone();
    toHalf(model, whole);
    expect(model).toEqual(before);
  });

  it('may begin and end in float16 too', async () => {
    const model = network();
    const halved = toHalf(model, { ...whole, io: 'half' }).model;
    expect(operators(halved)).not.toContain('Cast');
    const ports = [...halved.graph.inputs, ...halved.graph.outputs];
    expect(ports.map((port) => tensorType(port)?.dtype)).toEqual(['float16', 'float16']);
    const x = noise([2, 3, 6, 6]);
    const half = tensorValue('float16', x.dims, encodeSmallFloats('float16', x.data as Float32Array));
    const [expected, actual] = [await run(runtime, model, { x }), await run(runtime, halved, { x: half })];
    const y = floats([2, 5], Array.from(numbersOf(actual['y']!)));
    expect(differences(expected, { y })).toBeLessThan(tolerance);
  });

  it('leaves out layers that the recipe keeps, and converts around them', async () => {
    const options = { ...whole, keepsFloat: (node: Node) => node.name === 'a' };
    const { layers } = toHalf(network(), options);
    expect(layers.find((layer) => layer.name === 'a')).toEqual({
      name: 'a', opType: 'Conv', action: 'float', reason: 'kept by the recipe',
    });
    const halved = await expectClose(network(), options, { x: noise([2, 3, 6, 6]) });
    expect(operators(halved).slice(0, 3)).toEqual(['Conv', 'Cast', 'Relu']);
    expect(halved.graph.initializers.get('w')!.dtype).toBe('float32');
    expect(halved.graph.initializers.get('m')!.dtype).toBe('float16');
  });

  it('does not convert what only moves between layers that stay float', async () => {
    const model = build([
      ['Transpose', ['x'], 't'], ['CumSum', ['t', 'axis'], 'c'], ['Transpose', ['c'], 'y'],
    ], [3, 4], [3, 4], [Tensor.from('axis', 'int64', [], [0])]);
    const halved = await expectClose(model, whole, { x: noise([3, 4]) }, 1e-9);
    expect(operators(halved)).toEqual(['Transpose', 'CumSum', 'Transpose']);
  });

  it('keeps a norm written out in single nodes from overflowing', async () => {
    // Numbers around 1000: their squares are beyond float16, and so would be the sum of a few of them.
    const steps: Step[] = [
      ['Mul', ['x', 'thousand'], 's'],
      ['ReduceMean', ['s'], 'mean', { axes: attr.ints([-1]) }],
      ['Sub', ['s', 'mean'], 'd'],
      ['Pow', ['d', 'two'], 'q'],
      ['ReduceMean', ['q'], 'v', { axes: attr.ints([-1]) }],
      ['Add', ['v', 'tiny'], 'e'],
      ['Sqrt', ['e'], 'root'],
      ['Div', ['d', 'root'], 'y'],
    ];
    const constants = [scalar('thousand', 1000), scalar('two', 2), scalar('tiny', 1e-12)];
    const model = build(steps, [4, 64], [4, 64], constants);
    const halved = await expectClose(model, whole, { x: noise([4, 64]) });
    const float = toHalf(model, whole).layers.filter((layer) => layer.action === 'float').map((layer) => layer.name);
    expect(float).toEqual(['mean', 'q', 'v', 'e', 'root']);
    expect(halved.graph.initializers.get('tiny')!.dtype).toBe('float32');
  });

  it('converts numbers from other types at once', async () => {
    const model = build([['Cast', ['x'], 'f', { to: attr.int(1) }], ['Mul', ['f', 'w'], 'y']], [2, 3], [2, 3],
      [weight('w', [3])], 17, 'int32');
    const feeds = { x: tensorValue('int32', [2, 3], Int32Array.of(1, 2, 3, -4, 5, 60)) };
    const halved = await expectClose(model, whole, feeds);
    expect(halved.graph.nodes.map((node) => [node.opType, node.int('to')])).toEqual([
      ['Cast', 10], ['Mul', undefined], ['Cast', 1],
    ]);
  });

  it('reads half values where the type does not matter', async () => {
    const model = build([
      ['Relu', ['x'], 'r'], ['Shape', ['r'], 's'], ['Cast', ['r'], 'i', { to: attr.int(6) }],
      ['Cast', ['i'], 'f', { to: attr.int(1) }], ['Expand', ['f', 's'], 'y'],
    ], [2, 3], [2, 3]);
    const halved = await expectClose(model, whole, { x: floats([2, 3], [1, 2, -3, 4, 5, 6.5]) });
    expect(halved.graph.nodes.find((node) => node.opType === 'Shape')!.inputs).toEqual(['r']);
  });

  it('leaves no conversion of what is converted already', async () => {
    const model = build([
      ['Relu', ['x'], 'r'], ['Cast', ['r'], 'h', { to: attr.int(10) }], ['Mul', ['h', 'h'], 'q'],
      ['Cast', ['q'], 'f', { to: attr.int(1) }], ['Neg', ['f'], 'y'],
    ], [2, 3], [2, 3]);
    const halved = await expectClose(model, whole, { x: noise([2, 3]) });
    expect(operators(halved)).toEqual(['Cast', 'Relu', 'Identity', 'Mul', 'Neg', 'Cast']);
  });

  it('stores a constant that both sides read once, in float32', async () => {
    const model = build([['Mul', ['x', 'w'], 'a'], ['CumSum', ['w', 'axis'], 'c'], ['Add', ['a', 'c'], 'y']],
      [3, 4], [3, 4], [weight('w', [3, 4]), Tensor.from('axis', 'int64', [], [0])]);
    const halved = await expectClose(model, whole, { x: noise([3, 4]) });
    expect([...halved.graph.initializers.keys()]).toEqual(['w', 'axis']);
    expect(halved.graph.initializers.get('w')!.dtype).toBe('float32');
  });

  it('converts the inside of branches, which give float32', async () => {
    const branch = (steps: readonly Step[], constants: readonly Tensor[] = []): Attribute => {
      const graph = new Graph();
      graph.name = 'branch';
      graph.nodes = nodesOf(steps).map((fields) => new Node(fields));
      graph.outputs = [tensorInfo('r', 'float32', [2, 3])];
      for (const tensor of constants) graph.initializers.set(tensor.name, tensor);
      return attr.graph(graph);
    };
    const model = smallModel({
      inputs: [['x', [2, 3]], ['c', [], 'bool']],
      outputs: [['y', [2, 3]]],
      nodes: nodesOf([
        ['Relu', ['x'], 'h'],
        ['If', ['c'], 'i', {
          then_branch: branch([['MatMul', ['h', 'w'], 't'], ['Add', ['t', 'v'], 'r']], [weight('w', [3, 3])]),
          else_branch: branch([['Mul', ['h', 'v'], 'r']]),
        }],
        ['Sigmoid', ['i'], 'y'],
      ]),
      constants: [weight('v', [3])],
    });
    for (const c of [0, 1]) {
      const halved = await expectClose(model, whole, { x: noise([2, 3]),
        c: tensorValue('bool', [], Uint8Array.of(c)) });
      expect(halved.graph.initializers.get('v')!.dtype).toBe('float16');
      const then = halved.graph.nodes.find((node) => node.opType === 'If')!.subgraphs()[0]!;
      expect(then.nodes.map((node) => node.opType)).toEqual(['MatMul', 'Add', 'Cast']);
      expect(then.nodes[0]!.inputs).toEqual(['h', 'w']);
      expect(then.initializers.get('w')!.dtype).toBe('float16');
    }
  });

  it('leaves batch norms whose statistics do not fit', () => {
    const parameters = ['s', 'b', 'm', 'v'].map((name) => Tensor.from(name, 'float32', [2],
      name === 'v' ? [1e6, 1] : [1, 1]));
    const model = build([['BatchNormalization', ['x', 's', 'b', 'm', 'v'], 'y']], [1, 2], [1, 2], parameters);
    const { model: halved, layers, notes } = toHalf(model, whole);
    expect(layers).toEqual([expect.objectContaining({ action: 'float', reason: 'its statistics do not fit float16' })]);
    expect(notes).toEqual([]);
    expect(operators(halved)).toEqual(['BatchNormalization']);
  });

  it('leaves what it does not know: other domains, unknown types', () => {
    const nodes = [{ opType: 'Mystery', domain: 'acme', inputs: ['x'], outputs: ['h'] },
      ...nodesOf([['Relu', ['h'], 'y']])];
    const model = smallModel({ inputs: [['x', [2]]], outputs: [['y', [2]]], nodes });
    model.opsetImports.set('acme', 1);
    expect(operators(toHalf(model, whole).model)).toEqual(['Mystery', 'Relu']);
  });
});

describe('weights in half precision', () => {
  it.each(['float16', 'bfloat16'] as const)('give what rounded %s weights give', async (type) => {
    const model = build([['MatMul', ['x', 'w'], 'y']], [2, 16], [2, 16], [weight('w', [16, 16])]);
    const halved = toHalf(model, { ...stored, type }).model;
    expect(operators(halved)).toEqual(['Cast', 'MatMul']);
    expect([...halved.graph.initializers.values()].map(({ dtype, byteLength }) => [dtype,
      byteLength])).toEqual([[type, 512]]);
    // Rounded here another way: to 11 or 8 digits, by scaling each number to whole units of its last digit.
    const digits = type === 'float16' ? 11 : 8;
    const rounded = weight('w', [16, 16], (v) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.abs(Math.fround(v)))) + 1 - digits);
      return Math.round(Math.fround(v) / unit) * unit;
    });
    const reference = build([['MatMul', ['x', 'w'], 'y']], [2, 16], [2, 16], [rounded]);
    const feeds = { x: noise([2, 16]) };
    expect(await run(runtime, halved, feeds)).toEqual(await run(runtime, reference, feeds));
  });

  it('leave small constants, and those of layers that are kept', () => {
    const constants = [weight('w', [16, 16]), weight('b', [16]), weight('v', [16, 16], (v) => 2 * v)];
    const model = build([['MatMul', ['x', 'w'], 'm'], ['Add', ['m', 'b'], 'a'], ['MatMul', ['a', 'v'], 'y']], [2, 16],
      [2, 16],
      constants);
    const { model: halved, layers } = toHalf(model, { ...stored, keepsFloat: (node) => node.name === 'y' });
    expect([...halved.graph.initializers.values()].map(({ dtype }) => dtype).sort()).toEqual(['float16', 'float32',
      'float32']);
    expect(layers).toEqual([{ name: 'm', opType: 'MatMul', action: 'fp16', reason: 'weights only' }]);
  });

  it('of bfloat16 need opset 13', async () => {
    const halved = await expectClose(network(11), { ...stored, type: 'bfloat16' }, { x: noise([2, 3, 6, 6]) }, 2 ** -6);
    expect(halved.opset).toBe(13);
    expect((await expectClose(network(11), stored, { x: noise([2, 3, 6, 6]) })).opset).toBe(11);
  });
});

describe('numbers beyond the range', () => {
  it('become the largest there are, with a note; infinities stay', () => {
    const values = [70000, -1e30, 65504, Infinity, -Infinity, NaN, 1];
    const model = build([['Mul', ['x', 'w'], 'y']], [7], [7], [Tensor.from('w', 'float32', [7], values)]);
    const { model: halved, notes } = toHalf(model, whole);
    expect(Array.from(halved.graph.initializers.get('w')!.toFloat32())).toEqual(
      [65504, -65504, 65504, Infinity, -Infinity, NaN, 1],
    );
    expect(notes).toEqual([
      { severity: 'warning', message: '2 of 7 numbers of "w" did not fit float16, and became the largest that do.' },
    ]);
  });

  it('become the smallest there is, when a lone number would become 0', () => {
    const model = build([['Add', ['x', 'e'], 'y']], [2], [2], [scalar('e', -1e-12)]);
    const { model: halved, notes } = toHalf(model, whole);
    expect(halved.graph.initializers.get('e')!.toFloat32()[0]).toBe(-(2 ** -24));
    expect(notes).toHaveLength(1);
  });

  it('are not looked for in a plan', () => {
    const model = build([['Add', ['x', 'e'], 'y']], [2], [2], [scalar('e', 1e9)]);
    const { notes } = toHalf(model, { ...whole, inspectsWeights: false });
    expect(notes).toEqual([]);
  });
});

it('reads converted weights in parts', () => {
  const source = weight('w', [100]);
  const model = build([['Mul', ['x', 'w'], 'y']], [100], [100], [source]);
  const { storage } = toHalf(model, whole).model.graph.initializers.get('w')!;
  const all = storage.read();
  expect(all).toHaveLength(200);
  for (const [start, end] of [[0, 7], [7, 31], [31, 200], [50, 50]] as const) {
    expect(storage.read(start, end)).toEqual(all.subarray(start, end));
  }
});
