import { describe, expect, it } from 'vitest';
import { graphOf, ints, modelOf, node, scalar, zeros } from '../../../../test/model/build.ts';
import { attr, type Attribute } from '../attribute.ts';
import type { Graph } from '../graph.ts';
import type { FunctionDefinition } from '../model.ts';
import type { Node } from '../node.ts';
import { Tensor } from '../tensor.ts';
import { tensorInfo, type Dim } from '../types.ts';
import { inferShapes } from './infer.ts';

const truth = (name: string, value: boolean): Tensor => Tensor.from(name, 'bool', [], [value ? 1 : 0]);
const flag = tensorInfo('flag', 'bool', []);
const input = (name: string, ...dims: readonly Dim[]) => tensorInfo(name, 'float32', dims);

describe('If', () => {
  const branch = (name: string, width: number): Graph => {
    const weights = `w_${name}`;
    const nodes = [node('MatMul', `x, ${weights}`, name)];
    return graphOf({ constants: [zeros(weights, [4, width])], nodes, outputs: [name] });
  };
  const choose = (constants: readonly Tensor[], then: Graph, otherwise: Graph) => {
    const attributes = { then_branch: attr.graph(then), else_branch: attr.graph(otherwise) };
    const nodes = [node('If', 'flag', 'y', attributes)];
    const inputs = constants.length > 0 ? [input('x', 'n', 4)] : [input('x', 'n', 4), flag];
    return inferShapes(modelOf({ inputs, constants, nodes }));
  };

  it('gives what both branches have in common', () => {
    expect(choose([], branch('a', 8), branch('b', 8)).tensor('y')?.shape).toEqual(['n', 8]);
    expect(choose([], branch('a', 8), branch('b', 9)).tensor('y')?.shape).toEqual(['n', null]);
  });

  it('gives the branch that a constant condition takes', () => {
    expect(choose([truth('flag', true)], branch('a', 8), branch('b', 9)).tensor('y')?.shape).toEqual(['n', 8]);
    expect(choose([truth('flag', false)], branch('a', 8), branch('b', 9)).tensor('y')?.shape).toEqual(['n', 9]);
  });

  it('reports nothing about a branch that is never taken', () => {
    const broken = graphOf({ constants: [zeros('w', [3, 2])], nodes: [node('MatMul', 'x, w', 'b')], outputs: ['b'] });
    expect(choose([truth('flag', true)], branch('a', 8), broken).problems).toEqual([]);
    expect(choose([], branch('a', 8), broken).problems).toHaveLength(1);
  });

  it('shows what is inside, seen from anywhere', () => {
    const inner = branch('deep', 5);
    const attributes = { then_branch: attr.graph(inner), else_branch: attr.graph(branch('other', 5)) };
    const outer = graphOf({ nodes: [node('If', 'flag', 'mid', attributes)], outputs: ['mid'] });
    const types = choose([], outer, branch('b', 5));
    expect(types.forGraph(inner)?.tensor('deep')?.shape).toEqual(['n', 5]);
    expect(types.forGraph(inner)?.tensor('x')?.shape).toEqual(['n', 4]);
    expect(types.tensor('deep')).toBeUndefined();
  });

  it('lets inner names hide outer ones', () => {
    const hiding = graphOf({ nodes: [node('Mystery', '', 'x'), node('Relu', 'x', 'a')], outputs: ['a'] });
    expect(choose([], hiding, branch('b', 4)).tensor('y')).toBeUndefined();
  });
});

describe('Loop', () => {
  interface LoopParts {
    readonly body: readonly Node[];
    readonly state: readonly Dim[];
    readonly trips?: Tensor;
    /** What the body says about going on: a constant, or nothing certain. */
    readonly goesOn?: boolean;
    readonly constants?: readonly Tensor[];
  }

  const loop = ({ body, state, trips, goesOn, constants = [] }: LoopParts) => {
    const inner = graphOf({
      inputs: [{ name: 'i' }, { name: 'go' }, { name: 's' }],
      constants: goesOn === undefined ? [] : [truth('on', goesOn)],
      nodes: [...(goesOn === undefined ? [node('Identity', 'go', 'on')] : []), ...body],
      outputs: ['on', 's_next', 'scan'],
    });
    const nodes = [node('Loop', trips ? 'trips, , x' : ', flag, x', 'final, all', { body: attr.graph(inner) })];
    const all = [...constants, ...(trips ? [trips] : [])];
    const types = inferShapes(modelOf({ inputs: [input('x', ...state), flag], constants: all, nodes }));
    return { final: types.tensor('final')?.shape, all: types.tensor('all')?.shape, inner: types.forGraph(inner) };
  };
  const step = [node('Relu', 's', 's_next'), node('ReduceSum', 's', 'scan', { keepdims: attr.int(0) })];

  it('keeps the shape of a state that every round leaves as it is', () => {
    const { final, all } = loop({ body: step, state: ['n', 4] });
    expect(final).toEqual(['n', 4]);
    expect(all).toEqual([null]);
  });

  it('opens the dimensions that a round changes, until nothing changes', () => {
    const grow = [node('Concat', 's, s', 's_next', { axis: attr.int(0) }), node('Transpose', 's', 'scan')];
    const { final, all, inner } = loop({ body: grow, state: [2, 4] });
    expect(final).toEqual([null, 4]);
    expect(all).toEqual([null, 4, null]);
    expect(inner?.tensor('s')?.shape).toEqual([null, 4]);
  });

  it('opens dimensions that only later rounds change', () => {
    // Each round turns the shape and doubles what was first: after two rounds no dimension is the same.
    const turn = [
      node('Concat', 's, s', 'd', { axis: attr.int(0) }),
      node('Transpose', 'd', 's_next'),
      node('Relu', 's', 'scan'),
    ];
    expect(loop({ body: turn, state: [3, 3] }).final).toEqual([null, null]);
  });

  it('opens the rank that a round changes', () => {
    const deepen = [node('Unsqueeze', 's, axis', 's_next'), node('Relu', 's', 'scan')];
    const { final, all } = loop({ body: deepen, state: [3], constants: [ints('axis', 0)] });
    expect(final).toBeUndefined();
    expect(all).toBeUndefined();
  });

  it('knows the iterations only when nothing but the count ends them', () => {
    const trips = scalar('trips', 5);
    expect(loop({ body: step, state: [2], trips, goesOn: true }).all).toEqual([5]);
    expect(loop({ body: step, state: [2], trips, goesOn: false }).all).toEqual([null]);
    expect(loop({ body: step, state: [2], trips }).all).toEqual([null]);
  });

  it('does not take the first value of a counter for its value', () => {
    const count = graphOf({
      inputs: [{ name: 'i' }, { name: 'go' }, { name: 's' }],
      constants: [ints('one', 1)],
      nodes: [node('Add', 's, one', 's_next'), node('ConstantOfShape', 's', 'scan'), node('Identity', 'go', 'on')],
      outputs: ['on', 's_next', 'scan'],
    });
    const nodes = [node('Loop', ', flag, start', 'final, all', { body: attr.graph(count) })];
    const types = inferShapes(modelOf({ inputs: [flag], constants: [ints('start', 0)], nodes }));
    expect(types.elements('final')).toEqual([null]);
    expect(types.tensor('all')?.shape).toEqual([null, null]);
  });
});

describe('Scan', () => {
  it('cuts inputs and stacks outputs along the axes that attributes name', () => {
    const body = graphOf({
      inputs: [{ name: 's' }, { name: 'e' }],
      nodes: [node('Add', 's, e', 's_next'), node('Mul', 's, e', 'o')],
      outputs: ['s_next', 'o'],
    });
    const attributes: Record<string, Attribute> = {
      body: attr.graph(body),
      num_scan_inputs: attr.int(1),
      scan_input_axes: attr.ints([1]),
      scan_output_axes: attr.ints([-1]),
    };
    const types = inferShapes(modelOf({
      inputs: { s: [3], x: [3, 'steps'] },
      nodes: [node('Scan', 's, x', 'final, all', attributes)],
    }));
    expect(types.tensor('final')?.shape).toEqual([3]);
    expect(types.tensor('all')?.shape).toEqual([3, 'steps']);
  });
});

describe('Scan of opset 8', () => {
  it('has a batch that the body does not see', () => {
    const body = graphOf({
      inputs: [{ name: 's' }, { name: 'e' }],
      nodes: [node('Add', 's, e', 's_next'), node('Concat', 's, e', 'o', { axis: attr.int(0) })],
      outputs: ['s_next', 'o'],
    });
    const attributes: Record<string, Attribute> = { body: attr.graph(body), num_scan_inputs: attr.int(1) };
    const types = inferShapes(modelOf({
      opset: 8,
      inputs: { s: ['batch', 3], x: ['batch', 'steps', 3] },
      nodes: [node('Scan', ', s, x', 'final, all', attributes)],
    }));
    expect(types.tensor('final')?.shape).toEqual(['batch', 3]);
    expect(types.tensor('all')?.shape).toEqual(['batch', 'steps', 6]);
  });
});

describe('functions', () => {
  const definition = (
    name: string,
    nodes: readonly Node[],
    more: Partial<FunctionDefinition> = {},
  ): FunctionDefinition => ({
    name,
    domain: 'local',
    overload: '',
    inputs: ['a'],
    outputs: ['b'],
    attributes: [],
    attributeDefaults: new Map(),
    nodes,
    opsetImports: new Map([['', 17], ['local', 1]]),
    valueInfos: new Map(),
    ...more,
  });
  const call = (name: string, from: string, to: string, attributes: Record<string, Attribute> = {}): Node =>
    node(name, from, to, attributes, { domain: 'local' });
  const reference = (name: string): Attribute => ({ type: 'reference', name, valueType: 7 });

  it('are inferred at every call, with the attributes of the call', () => {
    const model = modelOf({
      inputs: { x: [2, 3, 4] },
      nodes: [call('Turn', 'x', 'y', { order: attr.ints([2, 0, 1]) }), call('Turn', 'y', 'z')],
    });
    model.functions = [
      definition('Turn', [node('Transpose', 'a', 'b', { perm: reference('order') })], {
        attributeDefaults: new Map([['order', attr.ints([0, 2, 1])]]),
      }),
    ];
    const types = inferShapes(model);
    expect(types.tensor('y')?.shape).toEqual([4, 2, 3]);
    expect(types.tensor('z')?.shape).toEqual([4, 3, 2]);
    const inside = types.forCall(model.graph.nodes[1]!);
    expect(inside?.types.tensor('a')?.shape).toEqual([4, 2, 3]);
    expect(inside?.nodes[0]?.ints('perm')).toEqual([0, 2, 1]);
  });

  it('may call each other; without end, the outputs stay unknown', () => {
    const model = modelOf({ inputs: { x: [2] }, nodes: [call('Outer', 'x', 'y'), call('Self', 'x', 'z')] });
    model.functions = [
      definition('Outer', [call('Inner', 'a', 'b')]),
      definition('Inner', [node('Relu', 'a', 'b')]),
      definition('Self', [call('Self', 'a', 'b')]),
    ];
    const types = inferShapes(model);
    expect(types.tensor('y')?.shape).toEqual([2]);
    expect(types.get('z')).toBeUndefined();
  });

  it('that multiply with every level end all the same', () => {
    const model = modelOf({ inputs: { x: [2] }, nodes: [call('F0', 'x', 'y'), node('Relu', 'x', 'z')] });
    model.functions = Array.from({ length: 60 }, (_, i) =>
      definition(`F${i}`, [call(`F${i + 1}`, 'a', 'm'), call(`F${i + 1}`, 'm', 'b')]));
    expect(inferShapes(model).get('y')).toBeUndefined();
  });
});

describe('sequences', () => {
  it('have the type that all elements share', () => {
    const types = inferShapes(modelOf({
      inputs: { x: ['n', 3], y: ['n', 4] },
      constants: [scalar('i', 0)],
      nodes: [
        node('SequenceConstruct', 'x, y', 's'),
        node('SequenceAt', 's, i', 'e'),
        node('ConcatFromSequence', 's', 'c', { axis: attr.int(1) }),
        node('SequenceLength', 's', 'l'),
      ],
    }));
    expect(types.tensor('e')?.shape).toEqual(['n', null]);
    expect(types.tensor('c')?.shape).toEqual(['n', null]);
    expect(types.tensor('l')).toEqual({ kind: 'tensor', dtype: 'int64', shape: [] });
  });
});
