import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { floats, smallModel } from '../../../test/runtime/small-models.ts';
import { Graph } from '../model/graph.ts';
import { Node } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorInfo } from '../model/types.ts';
import { tensorValue } from '../tensor/tensor-value.ts';
import { countOperators, profileNodes } from './profile.ts';
import { Runtime } from './runtime.ts';

let runtime: Runtime;

beforeAll(async () => {
  runtime = await Runtime.start({ threads: 1 });
});

afterAll(() => runtime.close());

const ramp = (size: number): number[] => Array.from({ length: size }, (_, i) => Math.sin(i));

describe('a profile', () => {
  it('times what onnxruntime makes of a model, and says which nodes that was', async () => {
    const model = smallModel({
      inputs: [['x', [1, 8, 16, 16]]],
      outputs: [['y', [1, 8]]],
      nodes: [
        { name: 'first', opType: 'Conv', inputs: ['x', 'w'], outputs: ['c'] },
        { opType: 'Relu', inputs: ['c'], outputs: ['r'] },
        { opType: 'Conv', inputs: ['r', 'w'], outputs: ['d'] },
        { name: 'pool', opType: 'GlobalAveragePool', inputs: ['d'], outputs: ['p'] },
        { name: 'flat', opType: 'Flatten', inputs: ['p'], outputs: ['y'] },
      ],
      constants: [Tensor.from('w', 'float32', [8, 8, 3, 3], ramp(576))],
    });
    const feeds = { x: floats([1, 8, 16, 16], ramp(2048)) };
    const { nodes, totalUs, optimized } = await profileNodes(runtime, model, feeds, 5);
    // The Relu is part of the first Conv, wherever that runs.
    const origins = nodes.map(({ origin }) => origin);
    expect(origins).toEqual(expect.arrayContaining(['first', 'Conv(d)', 'pool', 'flat']));
    expect(origins).not.toContain('Relu(r)');
    expect(countOperators(optimized).has('Relu')).toBe(false);
    expect(nodes.length).toBe(optimized.graph.nodes.length);
    expect(nodes.every(({ provider }) => provider === 'CPUExecutionProvider')).toBe(true);
    expect(nodes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(nodes.reduce((sum, { medianUs }) => sum + medianUs, 0)).toBeCloseTo(totalUs, 6);
    expect(totalUs).toBeGreaterThan(0);
  });

  it('goes into subgraphs', async () => {
    const branch = (opType: string): Graph => {
      const graph = new Graph();
      graph.name = opType;
      graph.nodes = [new Node({ name: `in ${opType}`, opType, inputs: ['x'], outputs: [`${opType}_out`] })];
      graph.outputs = [tensorInfo(`${opType}_out`, 'float32', [2])];
      return graph;
    };
    const model = smallModel({
      inputs: [['x', [2]], ['which', [], 'bool']],
      outputs: [['y', [2]]],
      nodes: [
        {
          name: 'choose',
          opType: 'If',
          inputs: ['which'],
          outputs: ['y'],
          attributes: {
            then_branch: { type: 'graph', value: branch('Neg') },
            else_branch: { type: 'graph', value: branch('Abs') },
          },
        },
      ],
    });
    const feeds = { x: floats([2], [1, -2]), which: tensorValue('bool', [], Uint8Array.of(1)) };
    const { nodes } = await profileNodes(runtime, model, feeds, 3);
    expect(nodes.map(({ origin }) => origin)).toEqual(['choose', 'in Neg']);
  });
});

it('counts operators, those of other domains by their full names', () => {
  const model = smallModel({
    inputs: [['x', [1]]],
    outputs: [['y', [1]]],
    nodes: [
      { opType: 'Relu', inputs: ['x'], outputs: ['a'] },
      { opType: 'Relu', domain: 'ai.onnx', inputs: ['a'], outputs: ['b'] },
      { opType: 'Gelu', domain: 'com.microsoft', inputs: ['b'], outputs: ['y'] },
    ],
  });
  expect([...countOperators(model)]).toEqual([['Relu', 2], ['com.microsoft::Gelu', 1]]);
});
