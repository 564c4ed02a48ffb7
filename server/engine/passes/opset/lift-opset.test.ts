import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameResults, noise, run } from '../../../../test/passes/same-results.ts';
import { floats, smallModel, type SmallModel } from '../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { tensorInfo } from '../../model/types.ts';
import { validateModel } from '../../model/validate.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { tensorValue, type Feeds } from '../../tensor/tensor-value.ts';
import { liftOpset } from './lift-opset.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

/** One node from `x` to `y`, in an opset that onnxruntime still runs. */
interface OneNode {
  readonly opset: number;
  readonly node: Omit<NodeFields, 'outputs' | 'inputs'> & Partial<Pick<NodeFields, 'inputs' | 'outputs'>>;
  readonly x?: readonly number[];
  readonly y: readonly (number | string)[];
  readonly constants?: readonly Tensor[];
}

function oneNode({ opset, node, x = [2, 3, 4], y, constants = [] }: OneNode): [Model, Feeds] {
  const model = smallModel({
    inputs: [['x', x]],
    outputs: [['y', y]],
    nodes: [{ name: 'it', inputs: ['x', ...constants.map((tensor) => tensor.name)], outputs: ['y'], ...node }],
    constants,
    opset,
  });
  return [model, { x: noise(x) }];
}

const ints = (name: string, values: readonly number[]): Tensor => Tensor.from(name, 'int64', [values.length], values);

/** Each is run by onnxruntime in its own opset, and lifted: the results must be the same, to rounding. */
const changed: Record<string, OneNode> = {
  'Squeeze 11 (axes)': {
    opset: 11, node: { opType: 'Squeeze', attributes: { axes: attr.ints([0, -1]) } }, x: [1, 2, 1, 1], y: [2, 1],
  },
  'Squeeze 7 (all)': { opset: 7, node: { opType: 'Squeeze' }, x: [1, 2, 1, 3], y: [2, 3] },
  'Unsqueeze 11': {
    opset: 11, node: { opType: 'Unsqueeze', attributes: { axes: attr.ints([0, 3]) } }, y: [1, 2, 3, 1, 4],
  },
  'ReduceSum 11': {
    opset: 11, node: { opType: 'ReduceSum', attributes: { axes: attr.ints([1]), keepdims: attr.int(0) } }, y: [2, 4],
  },
  'ReduceSum 11 (all)': { opset: 11, node: { opType: 'ReduceSum', attributes: { axes: attr.ints([]) } }, y: [1, 1, 1] },
  'ReduceMean 13': { opset: 13, node: { opType: 'ReduceMean', attributes: { axes: attr.ints([-1]) } }, y: [2, 3, 1] },
  'ReduceLogSumExp 7': {
    opset: 7, node: { opType: 'ReduceLogSumExp', attributes: { axes: attr.ints([0, 2]) } }, y: [1, 3, 1],
  },
  'Split 11': {
    opset: 11,
    node: { opType: 'Split', outputs: ['y', 'rest'], attributes: { axis: attr.int(2), split: attr.ints([1, 3]) } },
    y: [2, 3, 1],
  },
  'Split 13 (equal parts)': {
    opset: 13, node: { opType: 'Split', outputs: ['y', 'rest'], attributes: { axis: attr.int(2) } }, y: [2, 3, 2],
  },
  'Slice 9': {
    opset: 9,
    node: {
      opType: 'Slice',
      attributes: { starts: attr.ints([-3, 1]), ends: attr.ints([1000, -1]), axes: attr.ints([2, 1]) },
    },
    y: [2, 1, 3],
  },
  'Clip 7': {
    opset: 7, node: { opType: 'Clip', attributes: { min: attr.float(-0.5), max: attr.float(0.3) } }, y: [2, 3, 4],
  },
  'Clip 7 (one bound)': { opset: 7, node: { opType: 'Clip', attributes: { max: attr.float(0.3) } }, y: [2, 3, 4] },
  'Clip 7 (none)': { opset: 7, node: { opType: 'Clip' }, y: [2, 3, 4] },
  'Pad 7': {
    opset: 7,
    node: { opType: 'Pad', attributes: { pads: attr.ints([0, 1, 0, 0, 0, 2]), value: attr.float(0.5) } },
    y: [2, 4, 6],
  },
  'Pad 7 (reflect)': {
    opset: 7,
    node: { opType: 'Pad', attributes: { pads: attr.ints([0, 1, 0, 0, 0, 2]), mode: attr.string('reflect') } },
    y: [2, 4, 6],
  },
  'Dropout 7': { opset: 7, node: { opType: 'Dropout', attributes: { ratio: attr.float(0.4) } }, y: [2, 3, 4] },
  'Softmax 11 over several axes': { opset: 11, node: { opType: 'Softmax' }, y: [2, 3, 4] },
  'Softmax 11 over one axis': {
    opset: 11, node: { opType: 'Softmax', attributes: { axis: attr.int(-1) } }, y: [2, 3, 4],
  },
  'Softmax 7 over pictures of one pixel': { opset: 7, node: { opType: 'Softmax' }, x: [2, 5, 1, 1], y: [2, 5, 1, 1] },
  'LogSoftmax 11 from the first axis': {
    opset: 11, node: { opType: 'LogSoftmax', attributes: { axis: attr.int(0) } }, y: [2, 3, 4],
  },
  'Hardmax 11': { opset: 11, node: { opType: 'Hardmax' }, y: [2, 3, 4] },
  'Upsample 7, nearest': {
    opset: 7,
    node: { opType: 'Upsample', attributes: { scales: attr.floats([1, 1, 2, 1.5]), mode: attr.string('nearest') } },
    x: [1, 2, 3, 4],
    y: [1, 2, 6, 6],
  },
  'Upsample 9, linear': {
    opset: 9,
    node: { opType: 'Upsample', attributes: { mode: attr.string('linear') } },
    constants: [Tensor.from('scales', 'float32', [4], [1, 1, 2, 3])],
    x: [1, 2, 3, 4],
    y: [1, 2, 6, 12],
  },
  'Resize 10, down, nearest': {
    opset: 10,
    node: { opType: 'Resize' },
    constants: [Tensor.from('scales', 'float32', [4], [1, 1, 0.6, 0.6])],
    x: [1, 2, 5, 7],
    y: [1, 2, 3, 4],
  },
  'Resize 10, linear, up and down': {
    opset: 10,
    node: { opType: 'Resize', attributes: { mode: attr.string('linear') } },
    constants: [Tensor.from('scales', 'float32', [4], [1, 1, 0.5, 2])],
    x: [1, 2, 6, 4],
    y: [1, 2, 3, 8],
  },
  'Resize 11, sizes and empty scales': {
    opset: 11,
    node: { opType: 'Resize', inputs: ['x', 'roi', 'scales', 'sizes'], attributes: { mode: attr.string('linear') } },
    constants: [
      Tensor.from('roi', 'float32', [0], []),
      Tensor.from('scales', 'float32', [0], []),
      ints('sizes', [1, 2, 5, 7]),
    ],
    x: [1, 2, 3, 4],
    y: [1, 2, 5, 7],
  },
  'TopK 9': {
    opset: 9,
    node: { opType: 'TopK', outputs: ['y', 'places'], attributes: { k: attr.int(2), axis: attr.int(1) } },
    y: [2, 2, 4],
  },
  'Scatter 9': {
    opset: 9,
    node: { opType: 'Scatter', attributes: { axis: attr.int(1) } },
    constants: [
      Tensor.from('at', 'int64', [1, 2, 1], [2, 0]),
      Tensor.from('updates', 'float32', [1, 2, 1], [5, 6]),
    ],
    y: [2, 3, 4],
  },
  'BatchNormalization 7, outputs that nobody reads': {
    opset: 7,
    node: { opType: 'BatchNormalization', attributes: { spatial: attr.int(1), momentum: attr.float(0.9) } },
    constants: ['scale', 'bias', 'mean', 'variance'].map((name, i) => Tensor.from(name, 'float32', [3], [1, 2, 3 + i])),
    y: [2, 3, 4],
  },
  'GridSample 16': {
    opset: 16,
    node: { opType: 'GridSample', attributes: { mode: attr.string('bicubic') } },
    constants: [Tensor.from('grid', 'float32', [1, 2, 1, 2], [-0.3, 0.2, 0.9, -1])],
    x: [1, 2, 3, 4],
    y: [1, 2, 2, 1],
  },
  'RoiAlign 10': {
    opset: 10,
    node: { opType: 'RoiAlign', attributes: { output_height: attr.int(2), output_width: attr.int(2) } },
    constants: [Tensor.from('rois', 'float32', [1, 4], [0.2, 0.4, 2, 1.7]), ints('batch', [0])],
    x: [1, 2, 4, 4],
    y: [1, 2, 2, 2],
  },
  'Affine, experimental': {
    opset: 7, node: { opType: 'Affine', attributes: { alpha: attr.float(2.5), beta: attr.float(-1) } }, y: [2, 3, 4],
  },
  'ImageScaler, experimental': {
    opset: 7,
    node: { opType: 'ImageScaler', attributes: { scale: attr.float(0.5), bias: attr.floats([1, -2, 3]) } },
    x: [1, 3, 2, 2],
    y: [1, 3, 2, 2],
  },
  'Crop, experimental': {
    opset: 7,
    node: { opType: 'Crop', attributes: { border: attr.ints([1, 2, 0, 1]) } },
    x: [1, 2, 6, 5],
    y: [1, 2, 3, 4],
  },
  'Crop to a size, experimental': {
    opset: 7,
    node: { opType: 'Crop', attributes: { border: attr.ints([1, 2, 0, 1]), scale: attr.ints([2, 3]) } },
    x: [1, 2, 6, 5],
    y: [1, 2, 2, 3],
  },
  'ScaledTanh, experimental': {
    opset: 7,
    node: { opType: 'ScaledTanh', attributes: { alpha: attr.float(1.7), beta: attr.float(0.6) } },
    y: [2, 3, 4],
  },
};

describe.each([13, 17, 21] as const)('in opset %i', (to) => {
  it.each(Object.entries(changed).filter(([, one]) => one.opset < to))('%s means the same', async (_, one) => {
    const [model, feeds] = oneNode(one);
    const lifted = liftOpset(model, to);
    expect(lifted.opset).toBe(to);
    await expectSameResults(runtime, model, lifted, feeds);
  });
});

describe('what onnxruntime does not run any more', () => {
  /** `expected` is worked out by hand. */
  async function expectResult(fields: SmallModel, feeds: Feeds, expected: readonly number[]): Promise<Model> {
    const lifted = liftOpset(smallModel(fields), 13);
    expect(validateModel(lifted)).toEqual([]);
    const { y } = await run(runtime, lifted, feeds);
    expect(Array.from(y!.data as Float32Array)).toEqual(expected);
    return lifted;
  }

  const x = floats([2, 3, 1], [1, 2, 3, 4, 5, 6]);
  const io = { inputs: [['x', [2, 3, 1]]], outputs: [['y', [2, 3, 1]]] } as const;

  it('spreads the second operand from an axis on', async () => {
    const node = { opType: 'Add', inputs: ['x', 'b'], outputs: ['y'] };
    const attributes = { broadcast: attr.int(1), axis: attr.int(1), consumed_inputs: attr.ints([0, 0]) };
    const constants = [Tensor.from('b', 'float32', [3], [10, 20, 30])];
    const fields = { ...io, nodes: [{ ...node, attributes }], constants, opset: 1 };
    await expectResult(fields, { x }, [11, 22, 33, 14, 25, 36]);
  });

  it('spreads an operand that is computed', async () => {
    const nodes = [
      { opType: 'Sigmoid', inputs: ['x'], outputs: ['s'] },
      { opType: 'Mul', inputs: ['s', 'b'], outputs: ['y'], attributes: { broadcast: attr.int(1), axis: attr.int(0) } },
    ];
    const inputs = [...io.inputs, ['b', [2]]] as const;
    const feeds = { x: floats([2, 3, 1], [0, 0, 0, 0, 0, 0]), b: floats([2], [2, 4]) };
    await expectResult({ ...io, inputs, nodes, opset: 6 }, feeds, [1, 1, 1, 2, 2, 2]);
  });

  it('gives a slope to each channel', async () => {
    const constants = [Tensor.from('slope', 'float32', [3], [0, 2, 10])];
    const nodes = [{ opType: 'PRelu', inputs: ['x', 'slope'], outputs: ['y'] }];
    const feeds = { x: floats([2, 3, 1], [-1, -1, -1, 1, 1, -2]) };
    await expectResult({ ...io, nodes, constants, opset: 6 }, feeds, [-0, -2, -10, 1, 1, -20]);
  });

  it('takes shapes, repeats and types from where they were', async () => {
    const nodes = [
      { opType: 'Tile', inputs: ['x', 'tiles', 'axis'], outputs: ['t'] },
      { opType: 'Cast', inputs: ['t'], outputs: ['i'], attributes: { to: attr.string('INT32') } },
      { opType: 'Cast', inputs: ['i'], outputs: ['f'], attributes: { to: attr.string('FLOAT') } },
      { opType: 'Reshape', inputs: ['f'], outputs: ['y'], attributes: { shape: attr.ints([4, 3]) } },
    ];
    const constants = [Tensor.from('tiles', 'float32', [], [2]), Tensor.from('axis', 'float32', [], [2])];
    const outputs = [['y', [4, 3]]] as const;
    await expectResult({ ...io, outputs, nodes, constants, opset: 1 }, { x }, [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]);
  });

  it('pads, splits and concatenates', async () => {
    const nodes = [
      { opType: 'Split', inputs: ['x', 'lengths'], outputs: ['a', 'b'], attributes: { axis: attr.int(1) } },
      { opType: 'Concat', inputs: ['b', 'a'], outputs: ['c'] },
      { opType: 'Pad', inputs: ['c'], outputs: ['y'], attributes: { paddings: attr.ints([0, 0, 0, 0, 0, 1]) } },
    ];
    const constants = [Tensor.from('lengths', 'float32', [2], [1, 2])];
    const fields = { ...io, outputs: [['y', [2, 3, 2]]] as const, nodes, constants, opset: 1 };
    await expectResult(fields, { x }, [2, 0, 3, 0, 1, 0, 5, 0, 6, 0, 4, 0]);
  });

  it('normalizes and drops in inference', async () => {
    const test = { is_test: attr.int(1), consumed_inputs: attr.ints([0, 0, 0, 1, 1]) };
    const attributes = { ...test, epsilon: attr.float(0) };
    const nodes = [
      { opType: 'Dropout', inputs: ['x'], outputs: ['d', 'mask'], attributes: { is_test: attr.int(1) } },
      { opType: 'BatchNormalization', inputs: ['d', 's', 'b', 'm', 'v'], outputs: ['y'], attributes },
    ];
    const constants = [
      Tensor.from('s', 'float32', [3], [1, 2, 4]),
      Tensor.from('b', 'float32', [3], [0, 1, 2]),
      Tensor.from('m', 'float32', [3], [1, 1, 1]),
      Tensor.from('v', 'float32', [3], [1, 4, 16]),
    ];
    await expectResult({ ...io, nodes, constants, opset: 1 }, { x }, [0, 2, 4, 3, 5, 7]);
  });
});

it('lifts group norms to parameters for each channel', async () => {
  const constants = [Tensor.from('s', 'float32', [2], [1, 10]), Tensor.from('b', 'float32', [2], [0, 5])];
  const attributes = { num_groups: attr.int(2), epsilon: attr.float(0) };
  const model = smallModel({
    inputs: [['x', [1, 4, 1]]],
    outputs: [['y', [1, 4, 1]]],
    nodes: [{ opType: 'GroupNormalization', inputs: ['x', 's', 'b'], outputs: ['y'], attributes }],
    constants,
    opset: 18,
  });
  const { y } = await run(runtime, liftOpset(model, 21), { x: floats([1, 4, 1], [1, 3, 2, 8]) });
  // Each group of two numbers becomes -1 and 1, times its scale, plus its bias.
  expect(Array.from(y!.data as Float32Array)).toEqual([-1, 1, -5, 15]);
});

it('lifts the Fourier transform\'s axis', async () => {
  const model = smallModel({
    inputs: [['x', [1, 4, 2]]],
    outputs: [['y', [1, 4, 2]]],
    nodes: [{ opType: 'DFT', inputs: ['x'], outputs: ['y'] }],
    opset: 17,
  });
  await expectSameResults(runtime, model, liftOpset(model, 21), { x: noise([1, 4, 2]) }, 0);
});

function branch(opType: string, attributes: Record<string, Attribute>): Graph {
  const graph = new Graph();
  graph.name = 'branch';
  graph.nodes = [new Node({ opType, inputs: ['x'], outputs: ['r'], attributes })];
  graph.outputs = [tensorInfo('r', 'float32', [2, 3])];
  return graph;
}

it('lifts branches, with constants of their own', async () => {
  const model = smallModel({
    inputs: [['x', [2, 3]], ['c', [], 'bool']],
    outputs: [['y', [2, 3]]],
    nodes: [{
      opType: 'If',
      inputs: ['c'],
      outputs: ['y'],
      attributes: {
        then_branch: attr.graph(branch('Clip', { min: attr.float(0) })),
        else_branch: attr.graph(branch('Softmax', { axis: attr.int(0) })),
      },
    }],
    opset: 9,
  });
  for (const c of [0, 1]) {
    const feeds = { x: noise([2, 3]), c: tensorValue('bool', [], Uint8Array.of(c)) };
    await expectSameResults(runtime, model, liftOpset(model, 13), feeds, 0);
  }
});

it('lifts functions, whose constants are nodes', async () => {
  const model = smallModel({
    inputs: [['x', [2, 3, 4]]],
    outputs: [['y', [2, 4]]],
    nodes: [{ opType: 'Mine', domain: 'mine', inputs: ['x'], outputs: ['y'] }],
    opset: 12,
  });
  model.opsetImports.set('mine', 1);
  const sum = new Node({
    opType: 'ReduceSum', inputs: ['a'], outputs: ['b'], attributes: { axes: attr.ints([1]), keepdims: attr.int(0) },
  });
  model.functions = [{
    name: 'Mine', domain: 'mine', overload: '', inputs: ['a'], outputs: ['b'], attributes: [],
    attributeDefaults: new Map(), nodes: [sum], opsetImports: new Map([['', 12]]), valueInfos: new Map(),
  }];
  const lifted = liftOpset(model, 13);
  expect(lifted.functions[0]!.opsetImports.get('')).toBe(13);
  expect(lifted.functions[0]!.nodes.map((node) => node.opType)).toEqual(['Constant', 'ReduceSum']);
  expect(model.functions[0]!.nodes[0]).toBe(sum);
  expect(sum.ints('axes')).toEqual([1]);
  await expectSameResults(runtime, model, lifted, { x: noise([2, 3, 4]) }, 0);
});
