import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSameResults, noise, numbersOf, run } from '../../../../test/passes/same-results.ts';
import { floats, smallModel, type Port } from '../../../../test/runtime/small-models.ts';
import { attr, type Attribute } from '../../model/attribute.ts';
import { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import { tensorInfo } from '../../model/types.ts';
import { Runtime } from '../../runtime/runtime.ts';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { foldModel } from './fold-model.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const operators = (model: Model): string[] => model.graph.nodes.map((node) => node.opType);
const int64s = (name: string, ...values: readonly number[]): Tensor =>
  Tensor.from(name, 'int64', [values.length], values);
const scalar = (name: string, value: number): Tensor => Tensor.from(name, 'float32', [], [value]);

/** [operator, inputs, output, attributes] */
type Step = readonly [string, readonly string[], string, Record<string, Attribute>?];

const nodesOf = (steps: readonly Step[]): NodeFields[] =>
  steps.map(([opType, inputs, output, attributes = {}]) => ({ opType, inputs, outputs: [output], attributes }));

/** From `x` [2, 3, 4] to `y`. */
function chain(steps: readonly Step[], constants: readonly Tensor[] = [], y: Port[1] = [2, 3, 4], opset = 17): Model {
  return smallModel({ inputs: [['x', [2, 3, 4]]], outputs: [['y', y]], nodes: nodesOf(steps), constants, opset });
}

async function expectFolded(model: Model, left: readonly string[], tolerance = 0): Promise<Model> {
  const before = JSON.stringify(model.graph.nodes.map((node) => [node.opType, node.inputs, node.outputs]));
  const folded = foldModel(model).model;
  expect(operators(folded)).toEqual(left);
  await expectSameResults(runtime, model, folded, { x: noise([2, 3, 4]) }, tolerance);
  expect(JSON.stringify(model.graph.nodes.map((node) => [node.opType, node.inputs, node.outputs]))).toBe(before);
  return folded;
}

describe('what does nothing goes', () => {
  const big = 2 ** 62;
  it.each<[string, readonly Step[], Tensor[]?, number?]>([
    ['Identity', [['Identity', ['x'], 'a'], ['Relu', ['a'], 'y']]],
    ['Identity at the end', [['Relu', ['x'], 'a'], ['Identity', ['a'], 'y']]],
    ['Dropout', [['Dropout', ['x', 'r'], 'a'], ['Relu', ['a'], 'y']], [scalar('r', 0.3)]],
    ['Dropout of old', [['Dropout', ['x'], 'a'], ['Relu', ['a'], 'y']], [], 11],
    ['Cast to the type it is', [['Cast', ['x'], 'a', { to: attr.int(1) }], ['Relu', ['a'], 'y']]],
    ['Casts there and back', [
      ['Cast', ['x'], 'a', { to: attr.int(11) }], ['Cast', ['a'], 'b', { to: attr.int(1) }], ['Relu', ['b'], 'y'],
    ]],
    ['Concat and Max of one', [['Concat', ['x'], 'a', { axis: attr.int(0) }], ['Max', ['a'], 'b'],
      ['Relu', ['b'], 'y']]],
    ['Pad of nothing', [['Pad', ['x', 'p'], 'a'], ['Relu', ['a'], 'y']], [int64s('p', 0, 0, 0, 0, 0, 0)]],
    ['Slice of everything', [['Slice', ['x', 's', 'e', 's2'], 'a'], ['Relu', ['a'], 'y']],
      [int64s('s', 0, 0), int64s('e', big, 3), int64s('s2', 2, 1)]],
    ['Expand to less', [['Expand', ['x', 's'], 'a'], ['Relu', ['a'], 'y']], [int64s('s', 3, 1)]],
    ['Tile of one', [['Tile', ['x', 's'], 'a'], ['Relu', ['a'], 'y']], [int64s('s', 1, 1, 1)]],
    ['Resize by one', [['Resize', ['x', '', 's'], 'a', { mode: attr.string('linear') }], ['Relu', ['a'], 'y']],
      [Tensor.from('s', 'float32', [3], [1, 1, 1])]],
    ['Resize to the size it has', [['Resize', ['x', '', '', 's'], 'a'], ['Relu', ['a'], 'y']], [int64s('s', 2, 3, 4)]],
    ['Upsample by one', [['Upsample', ['x'], 'a', { scales: attr.floats([1, 1, 1]) }], ['Relu', ['a'], 'y']], [], 7],
    ['Add 0, Sub 0, Mul 1, Div 1, Pow 1', [
      ['Add', ['zero', 'x'], 'a'], ['Sub', ['a', 'zeros'], 'b'], ['Mul', ['b', 'one'], 'c'], ['Div', ['c', 'one'], 'd'],
      ['Pow', ['d', 'one'], 'e'], ['Relu', ['e'], 'y'],
    ], [scalar('zero', 0), scalar('one', 1), Tensor.from('zeros', 'float32', [1, 4], [0, 0, 0, 0])]],
    ['Reshape to the shape it has', [['Reshape', ['x', 's'], 'a'], ['Relu', ['a'], 'y']], [int64s('s', 0, -1, 4)]],
    ['Reshapes there and back', [
      ['Reshape', ['x', 's'], 'a'], ['Flatten', ['a'], 'b'], ['Reshape', ['b', 't'], 'c'], ['Relu', ['c'], 'y'],
    ], [int64s('s', 6, 4), int64s('t', 2, 3, 4)]],
    ['Unsqueeze and Squeeze', [['Unsqueeze', ['x', 's'], 'a'], ['Squeeze', ['a', 't'], 'b'], ['Relu', ['b'], 'y']],
      [int64s('s', 1, 0), int64s('t', 0, 1)]],
    ['Transposes there and back', [
      ['Transpose', ['x'], 'a', { perm: attr.ints([1, 2, 0]) }],
      ['Transpose', ['a'], 'b', { perm: attr.ints([2, 0, 1]) }],
      ['Relu', ['b'], 'y'],
    ]],
    ['Transpose that moves nothing', [['Transpose', ['x'], 'a', { perm: attr.ints([0, 1, 2]) }], ['Relu', ['a'], 'y']]],
    ['what nobody reads', [['Sigmoid', ['x'], 'a'], ['Tanh', ['a'], 'b'], ['Relu', ['x'], 'y']]],
  ])('%s', async (_, steps, constants = [], opset = 17) => {
    await expectFolded(chain(steps, constants, [2, 3, 4], opset), ['Relu']);
  });
});

describe('what does something stays', () => {
  it.each<[string, readonly Step[], Tensor[], Port[1], readonly string[]]>([
    ['Dropout that may train', [['Dropout', ['x', '', 't'], 'y']], [Tensor.from('t', 'bool', [], [1])], [2, 3, 4],
      ['Dropout']],
    ['Casts that lose digits', [
      ['Cast', ['x'], 'a', { to: attr.int(10) }], ['Cast', ['a'], 'y', { to: attr.int(1) }],
    ], [], [2, 3, 4], ['Cast', 'Cast']],
    ['Add 0 to more dimensions', [['Add', ['x', 'z'], 'y']], [Tensor.from('z', 'float32', [1, 1, 1, 1], [0])],
      [1, 2, 3, 4], ['Add']],
    ['0 - x and 1 / x', [['Sub', ['zero', 'x'], 'a'], ['Div', ['one', 'a'], 'y']],
      [scalar('zero', 0), scalar('one', 1)],
      [2, 3, 4], ['Sub', 'Div']],
    ['Slice of a part', [['Slice', ['x', 's', 'e'], 'y']], [int64s('s', 0), int64s('e', -1)], [1, 3, 4], ['Slice']],
    ['Reshape that copies lengths of what is between', [['Reshape', ['x', 's'], 'a'], ['Reshape', ['a', 't'], 'y']],
      [int64s('s', 6, 4), int64s('t', 0, 2, 2)], [6, 2, 2], ['Reshape', 'Reshape']],
    ['Unsqueeze and Squeeze of different axes', [['Unsqueeze', ['x', 's'], 'a'], ['Squeeze', ['a', 't'], 'b'],
      ['Relu', ['b'], 'y']],
      [int64s('s', 0, 1), int64s('t', 0)], [1, 2, 3, 4], ['Unsqueeze', 'Squeeze', 'Relu']],
    ['an input that is an output', [['Identity', ['x'], 'y']], [], [2, 3, 4], ['Identity']],
  ])('%s', async (_, steps, constants, y, left) => {
    const model = chain(steps, constants, y);
    if (left[0] === 'Dropout') expect(operators(foldModel(model).model)).toEqual(left);
    else await expectFolded(model, left);
  });

  it('one of two outputs that are the same', async () => {
    const model = chain([['Relu', ['x'], 'y'], ['Identity', ['y'], 'z'], ['Relu', ['x'], 'w']]);
    model.graph.outputs.push(tensorInfo('z', 'float32', [2, 3, 4]), tensorInfo('w', 'float32', [2, 3, 4]));
    await expectFolded(model, ['Relu', 'Identity', 'Relu']);
  });
});

it('merges Transposes into one', async () => {
  const steps: Step[] = [
    ['Transpose', ['x'], 'a', { perm: attr.ints([1, 2, 0]) }],
    ['Transpose', ['a'], 'y', { perm: attr.ints([1, 0, 2]) }],
  ];
  const folded = await expectFolded(chain(steps, [], [4, 3, 2]), ['Transpose']);
  expect(folded.graph.nodes[0]!.ints('perm')).toEqual([2, 1, 0]);
});

describe('constants', () => {
  const shapeSteps: Step[] = [
    ['Shape', ['x'], 's'],
    ['Gather', ['s', 'last'], 'n', { axis: attr.int(0) }],
    ['Unsqueeze', ['n', 'first'], 'n1'],
    ['Concat', ['minus', 'n1'], 'target', { axis: attr.int(0) }],
    ['Reshape', ['x', 'target'], 'a'],
    ['Relu', ['a'], 'y'],
  ];
  const shapeConstants = [Tensor.from('last', 'int64', [], [2]), int64s('first', 0), int64s('minus', -1)];

  it('shape arithmetic is computed where shapes are known', async () => {
    await expectFolded(chain(shapeSteps, shapeConstants, [6, 4]), ['Reshape', 'Relu']);
  });

  it('also where only the length that counts is known', async () => {
    const model = chain(shapeSteps, shapeConstants, [null, 4]);
    model.graph.inputs = [tensorInfo('x', 'float32', ['batch', null, 4])];
    await expectFolded(model, ['Reshape', 'Relu']);
  });

  it('not where it is not', async () => {
    const model = chain(shapeSteps, shapeConstants, [null, null]);
    model.graph.inputs = [tensorInfo('x', 'float32', ['batch', null, 'length'])];
    await expectFolded(model, ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape', 'Relu']);
  });

  it('results that would take more room than what makes them are not stored', async () => {
    const steps: Step[] = [
      ['ConstantOfShape', ['size'], 'c'],
      ['Transpose', ['w'], 'wt'],
      ['MatMul', ['x', 'w'], 'a'],
      ['MatMul', ['a', 'wt'], 'b'],
      ['Add', ['b', 'c'], 'y'],
    ];
    const constants = [int64s('size', 100, 3, 4), Tensor.from('w', 'float32', [4, 64], numbersOf(noise([4, 64])))];
    const model = chain(steps, constants, [100, 3, 4]);
    model.graph.inputs = [tensorInfo('x', 'float32', [1, 3, 4])];
    const folded = foldModel(model).model;
    expect(operators(folded)).toEqual(['ConstantOfShape', 'Transpose', 'MatMul', 'MatMul', 'Add']);
  });

  it('what follows from such results is, when it is small', async () => {
    const steps: Step[] = [
      ['ConstantOfShape', ['size'], 'c'],
      ['Slice', ['c', 'from', 'to'], 's'],
      ['Add', ['x', 's'], 'y'],
    ];
    const value = attr.tensor(Tensor.from('', 'float32', [1], [3]));
    const model = chain([[...steps[0]!.slice(0, 3), { value }] as unknown as Step, ...steps.slice(1)],
      [int64s('size', 1000), int64s('from', 5), int64s('to', 9)]);
    await expectFolded(model, ['Add']);
  });

  it('a transposed weight that nobody else reads is stored so', async () => {
    const weight = Tensor.from('w', 'float32', [64, 4], numbersOf(noise([64, 4])));
    const folded = await expectFolded(chain([['Transpose', ['w'], 'wt'], ['MatMul', ['x', 'wt'], 'y']], [weight],
      [2, 3, 64]),
      ['MatMul']);
    expect([...folded.graph.initializers.keys()]).toEqual(['wt']);
  });

  it('half-size weights that are widened stay half-size', async () => {
    const half = Tensor.from('w', 'float16', [4, 64], numbersOf(noise([4, 64])));
    await expectFolded(chain([['Cast', ['w'], 'wf', { to: attr.int(1) }], ['MatMul', ['x', 'wf'], 'y']], [half],
      [2, 3, 64]),
      ['Cast', 'MatMul']);
  });

  it('Constant nodes become initializers', async () => {
    const model = chain([['Add', ['x', 'c'], 'a'], ['Mul', ['a', 'd'], 'y']]);
    model.graph.nodes.unshift(
      new Node({ opType: 'Constant', inputs: [], outputs: ['c'], attributes: { value_float: attr.float(2) } }),
      new Node({ opType: 'Constant', inputs: [], outputs: ['d'], attributes: { value: attr.tensor(scalar('', 3)) } }),
    );
    const folded = await expectFolded(model, ['Add', 'Mul']);
    expect([...folded.graph.initializers.keys()].sort()).toEqual(['c', 'd']);
  });

  it('equal ones are merged, unless somebody may override them', async () => {
    const weights = ['v', 'w', 'u'].map((name) => Tensor.from(name, 'float32', [4, 4], numbersOf(noise([4, 4]))));
    const model = chain([['MatMul', ['x', 'v'], 'a'], ['MatMul', ['a', 'w'], 'b'], ['MatMul', ['b', 'u'], 'y']],
      weights);
    model.graph.inputs.push(tensorInfo('u', 'float32', [4, 4]));
    const folded = await expectFolded(model, ['MatMul', 'MatMul', 'MatMul']);
    expect(folded.graph.nodes.map((node) => node.inputs[1])).toEqual(['v', 'v', 'u']);
    expect([...folded.graph.initializers.keys()]).toEqual(['v', 'u']);
  });

  it('ones of the same bytes and another type or shape are not', async () => {
    const steps: Step[] = [['Gather', ['x', 'i'], 'a'], ['Gather', ['a', 'j'], 'b'], ['Add', ['b', 'k'], 'y']];
    const constants = [
      Tensor.from('i', 'int32', [2], [0, 0]),
      Tensor.from('j', 'int32', [2, 1], [0, 0]),
      Tensor.from('k', 'float32', [2], [0, 0]),
    ];
    const folded = foldModel(chain(steps, constants, [2, 1, 3, 4])).model;
    expect([...folded.graph.initializers.keys()]).toEqual(['i', 'j', 'k']);
  });

  it('tied weights that are stored transposed as well are one, where that is wanted', async () => {
    const table = numbersOf(noise([40, 8]));
    const turned = Float64Array.from({ length: 320 }, (_, i) => table[(i % 40) * 8 + Math.floor(i / 40)]!);
    const model = smallModel({
      inputs: [['i', [5], 'int64']],
      outputs: [['y', [5, 40]]],
      nodes: nodesOf([['Gather', ['e', 'i'], 'h'], ['MatMul', ['h', 't'], 'y']]),
      constants: [Tensor.from('e', 'float32', [40, 8], table), Tensor.from('t', 'float32', [8, 40], turned)],
    });
    expect(operators(foldModel(model).model)).toEqual(['Gather', 'MatMul']);
    const folded = foldModel(model, { tieTransposed: true }).model;
    expect(operators(folded).sort()).toEqual(['Gather', 'MatMul', 'Transpose']);
    expect(folded.graph.initializers.size).toBe(1);
    const feeds = { i: tensorValue('int64', [5], BigInt64Array.of(0n, 39n, 7n, 7n, 20n)) };
    await expectSameResults(runtime, model, folded, feeds);
  });
});

describe('nodes that are the same', () => {
  it('are merged', async () => {
    const steps: Step[] = [
      ['Sigmoid', ['x'], 'a'], ['Sigmoid', ['x'], 'b'], ['Softmax', ['a'], 'c', { axis: attr.int(1) }],
      ['Softmax', ['b'], 'd', { axis: attr.int(1) }], ['Mul', ['c', 'd'], 'y'],
    ];
    await expectFolded(chain(steps), ['Sigmoid', 'Softmax', 'Mul']);
  });

  it('are not when an attribute differs, or chance plays', async () => {
    const steps: Step[] = [
      ['Softmax', ['x'], 'a', { axis: attr.int(1) }], ['Softmax', ['x'], 'b', { axis: attr.int(2) }],
      ['RandomNormalLike', ['x'], 'c'], ['RandomNormalLike', ['x'], 'd'],
      ['Sum', ['a', 'b', 'c', 'd'], 'y'],
    ];
    expect(operators(foldModel(chain(steps)).model)).toHaveLength(5);
  });
});

function graph(steps: readonly Step[], output: string, constants: readonly Tensor[] = []): Attribute {
  const made = new Graph();
  made.name = output;
  made.nodes = nodesOf(steps).map((fields) => new Node(fields));
  made.outputs = [tensorInfo(output, 'float32', [2, 3, 4])];
  for (const tensor of constants) made.initializers.set(tensor.name, tensor);
  return attr.graph(made);
}

describe('branches', () => {
  const branches = {
    then_branch: graph([['Identity', ['x'], 'i'], ['Mul', ['i', 'k'], 'p'], ['Add', ['p', 'k'], 'r']], 'r',
      [scalar('k', 2)]),
    else_branch: graph([['Neg', ['x'], 'p'], ['Add', ['p', 'two'], 'r']], 'r'),
  };

  it('are folded inside, with constants from outside', async () => {
    const model = smallModel({
      inputs: [['x', [2, 3, 4]], ['c', [], 'bool']],
      outputs: [['y', [2, 3, 4]]],
      nodes: nodesOf([['If', ['c'], 'a', branches], ['Add', ['a', 'two'], 'y']]),
      constants: [scalar('two', 2)],
    });
    const folded = foldModel(model).model;
    const then = folded.graph.nodes[0]!.subgraphs()[0]!;
    expect(then.nodes.map((node) => node.opType)).toEqual(['Mul', 'Add']);
    expect(then.initializers.size).toBe(0);
    for (const c of [0, 1]) {
      await expectSameResults(runtime, model, folded, { x: noise([2, 3, 4]),
        c: tensorValue('bool', [], Uint8Array.of(c)) });
    }
  });

  it.each([[1, ['Mul', 'Add', 'Mul', 'Add', 'Add']], [0, ['Neg', 'Add', 'Neg', 'Add', 'Add']]])(
    'that are always taken (%i) take the place of the If',
    async (c, left) => {
      const steps: Step[] = [
        ['Not', ['c'], 'd'], ['Not', ['d'], 'e'],
        ['If', ['e'], 'a', branches],
        ['If', ['c'], 'b', {
          then_branch: graph([['Mul', ['a', 'k'], 'p'], ['Add', ['p', 'k'], 'r']], 'r', [scalar('k', 5)]),
          else_branch: graph([['Neg', ['a'], 'p'], ['Add', ['p', 'two'], 'r']], 'r'),
        }],
        ['Add', ['a', 'b'], 'y'],
      ];
      const model = chain(steps, [Tensor.from('c', 'bool', [], [c]), scalar('two', 2)]);
      const folded = foldModel(model);
      expect(operators(folded.model)).toEqual(left);
      expect(folded.layers.filter((layer) => layer.opType === 'If').map((layer) => layer.action)).toEqual(['folded',
        'folded']);
      await expectSameResults(runtime, model, folded.model, { x: noise([2, 3, 4]) });
    },
  );

  it('of a loop keep what changes from step to step', async () => {
    const body = new Graph();
    body.name = 'body';
    body.inputs = [tensorInfo('i', 'int64', []), tensorInfo('go', 'bool', []), tensorInfo('s', 'float32', [2, 3, 4])];
    body.nodes = nodesOf([
      ['Identity', ['go'], 'on'], ['Identity', ['s'], 't'], ['Mul', ['t', 'one'], 'u'], ['Add', ['u', 'x'], 'v'],
    ]).map((fields) => new Node(fields));
    body.outputs = [tensorInfo('on', 'bool', []), tensorInfo('v', 'float32', [2, 3, 4])];
    const model = chain([['Loop', ['n', '', 'x'], 'y', { body: attr.graph(body) }]], [
      Tensor.from('n', 'int64', [], [3]), scalar('one', 1),
    ]);
    const folded = await expectFolded(model, ['Loop']);
    expect(folded.graph.nodes[0]!.subgraphs()[0]!.nodes.map((node) => node.opType)).toEqual(['Identity', 'Add']);
  });
});

describe('the model', () => {
  it('of IR 3 lists constants among its inputs no more', async () => {
    const model = chain([['Add', ['x', 'b'], 'y']], [scalar('b', 2)], [2, 3, 4], 7);
    model.irVersion = 3;
    model.graph.inputs.push(tensorInfo('b', 'float32', []));
    const folded = foldModel(model).model;
    expect(folded.irVersion).toBe(4);
    expect(folded.graph.inputs.map((input) => input.name)).toEqual(['x']);
    const x = noise([2, 3, 4]);
    const expected = Array.from(x.data as Float32Array, (v) => Math.fround(v + 2));
    expect(await run(runtime, folded, { x })).toEqual({ y: floats([2, 3, 4], expected) });
  });

  it('is folded once and for all', () => {
    const once = foldModel(chain([['Identity', ['x'], 'a'], ['Sigmoid', ['a'], 'b'], ['Neg', ['b'], 'y']])).model;
    const twice = foldModel(once);
    expect(twice.layers).toEqual([]);
    expect(twice.model).toEqual(once);
  });

  it('tells what became of each node, by the names they had', () => {
    const nodes = [
      { opType: 'Identity', name: 'first', inputs: ['x'], outputs: ['a'] },
      { opType: 'Sigmoid', name: 'one', inputs: ['a'], outputs: ['b'] },
      { opType: 'Sigmoid', name: 'other', inputs: ['a'], outputs: ['c'] },
      { opType: 'Neg', inputs: ['c'], outputs: ['unused'] },
      { opType: 'Sqrt', name: 'root', inputs: ['four'], outputs: ['two'] },
      { opType: 'Mul', name: 'product', inputs: ['b', 'c'], outputs: ['d'] },
      { opType: 'Add', name: 'sum', inputs: ['d', 'two'], outputs: ['y'] },
    ];
    const ports = { inputs: [['x', [2]]], outputs: [['y', [2]]] } as const;
    const { layers } = foldModel(smallModel({ ...ports, nodes, constants: [scalar('four', 4)] }));
    expect(layers.map(({ name, action }) => [name, action])).toEqual([
      ['first', 'removed'], ['Neg(unused)', 'removed'], ['root', 'computed'], ['other', 'merged'],
    ]);
  });

  it('is not folded when cancelled', () => {
    const model = chain([['Relu', ['x'], 'y']]);
    expect(() => foldModel(model, { tieTransposed: false }, AbortSignal.abort())).toThrow(
      expect.objectContaining({ code: 'CANCELLED' }),
    );
  });
});
