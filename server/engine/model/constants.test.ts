import { describe, expect, it } from 'vitest';
import { attr, type Attribute } from './attribute.ts';
import { constantNodeTensor, Constants } from './constants.ts';
import { Graph } from './graph.ts';
import { Node } from './node.ts';
import { Tensor } from './tensor.ts';
import { tensorInfo } from './types.ts';

const constant = (output: string, attributes: Record<string, Attribute>): Node =>
  new Node({ opType: 'Constant', inputs: [], outputs: [output], attributes });

const scalar = (name: string, value: number): Tensor => Tensor.from(name, 'float32', [], [value]);

describe('constantNodeTensor', () => {
  it.each<[string, Attribute, object]>([
    ['value', attr.tensor(scalar('t', 1.5)), { dtype: 'float32', dims: [], numbers: [1.5] }],
    ['value_float', attr.float(0.5), { dtype: 'float32', dims: [], numbers: [0.5] }],
    ['value_floats', attr.floats([1, 2]), { dtype: 'float32', dims: [2], numbers: [1, 2] }],
    ['value_int', attr.int(-7), { dtype: 'int64', dims: [], numbers: [-7] }],
    ['value_ints', attr.ints([3, 4, 5]), { dtype: 'int64', dims: [3], numbers: [3, 4, 5] }],
  ])('reads %s', (name, attribute, expected) => {
    const tensor = constantNodeTensor(constant('c', { [name]: attribute }))!;
    expect({ dtype: tensor.dtype, dims: tensor.dims, numbers: tensor.toNumbers() }).toEqual(expected);
  });

  it('gives nothing for text and for other operators', () => {
    expect(constantNodeTensor(constant('c', { value_string: attr.string('a') }))).toBeUndefined();
    const other = constant('c', { value_float: attr.float(1) });
    other.domain = 'other';
    expect(constantNodeTensor(other)).toBeUndefined();
  });
});

describe('Constants', () => {
  function outerGraph(): Graph {
    const graph = new Graph();
    graph.inputs.push(tensorInfo('listed', 'float32'));
    for (const name of ['listed', 'w', 'shadowed', 'sparse']) graph.initializers.set(name, scalar(name, 1));
    graph.nodes.push(constant('c', { value_float: attr.float(2) }));
    return graph;
  }

  it.each([
    [3, true],
    [4, false],
  ])('in IR %i an initializer that is listed as an input is constant: %s', (irVersion, expected) => {
    expect(new Constants(outerGraph(), irVersion).has('listed')).toBe(expected);
  });

  it('sees the constants around a subgraph, but for names that the subgraph has itself', () => {
    const outer = outerGraph();
    const inner = new Graph();
    inner.inputs.push(tensorInfo('w', 'float32'));
    inner.initializers.set('own', scalar('own', 3));
    inner.nodes.push(new Node({ opType: 'Op', inputs: [], outputs: ['shadowed'] }));
    inner.sparseInitializers.set('sparse', {
      name: 'sparse',
      dims: [1],
      values: scalar('v', 1),
      indices: Tensor.from('i', 'int64', [1], [0]),
    });
    const constants = new Constants(inner, 8, new Constants(outer, 8));
    const known = ['w', 'own', 'shadowed', 'sparse', 'c'].filter((name) => constants.has(name));
    expect(known).toEqual(['own', 'sparse', 'c']);
    expect(constants.tensor('sparse')!.toNumbers()).toEqual([1]);
    expect(constants.place('c')).toMatchObject({ kind: 'node', graph: outer });
    expect(constants.place('own')).toMatchObject({ kind: 'initializer', graph: inner });
    expect(constants.has('')).toBe(false);
    expect(constants.tensor(undefined)).toBeUndefined();
  });
});
