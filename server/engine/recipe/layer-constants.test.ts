import { describe, expect, it } from 'vitest';
import { Model } from '../model/model.ts';
import { Node, type NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { constantsInResult, layerConstants, type ConstantsByLayer } from './layer-constants.ts';

function model(nodes: readonly NodeFields[], constants: readonly Tensor[]): Model {
  const made = new Model();
  made.graph.nodes.push(...nodes.map((fields) => new Node(fields)));
  for (const tensor of constants) made.graph.initializers.set(tensor.name, tensor);
  return made;
}

const zeros = (name: string, dtype: 'float32' | 'int8', count: number): Tensor =>
  Tensor.from(name, dtype, [count], new Float32Array(count));

const original = model(
  [
    { opType: 'Conv', name: 'conv', inputs: ['x', 'w', 'b'], outputs: ['c'] },
    { opType: 'Relu', name: 'relu', inputs: ['c'], outputs: ['r'] },
    { opType: 'MatMul', name: 'fc', inputs: ['r', 'm'], outputs: ['y'] },
    { opType: 'MatMul', name: 'tied', inputs: ['r', 'm'], outputs: ['z'] },
  ],
  [zeros('w', 'float32', 100), zeros('b', 'float32', 10), zeros('m', 'float32', 50)],
);

const bytes = (constants: ConstantsByLayer): unknown => [...constants].map(([name, layer]) => [name, layer.bytes]);

describe('layer constants', () => {
  it('counts each constant once, for the first layer that reads it', () => {
    expect(bytes(layerConstants(original))).toEqual([['conv', 440], ['relu', 0], ['fc', 200], ['tied', 0]]);
  });

  it('counts what passes put before a layer, or in its place, for that layer', () => {
    const result = model(
      [
        { opType: 'DequantizeLinear', inputs: ['wq', 's'], outputs: ['wd'] },
        { opType: 'Conv', name: 'conv', inputs: ['x', 'wd', 'b'], outputs: ['c'] },
        { opType: 'QuantizeLinear', inputs: ['c', 's2'], outputs: ['cq'] },
        { opType: 'DequantizeLinear', inputs: ['cq', 's2'], outputs: ['cd'] },
        { opType: 'Relu', name: 'relu', inputs: ['cd'], outputs: ['r'] },
        { opType: 'DynamicQuantizeLinear', inputs: ['r'], outputs: ['rq', 'rs', 'rz'] },
        { opType: 'MatMulInteger', name: 'fc_quantized', inputs: ['rq', 'mq'], outputs: ['acc'] },
        { opType: 'Mul', inputs: ['acc', 's'], outputs: ['y'] },
      ],
      [
        zeros('wq', 'int8', 100), zeros('b', 'float32', 10), zeros('mq', 'int8', 50), zeros('s', 'float32', 1),
        zeros('s2', 'float32', 1),
      ],
    );
    expect(constantsInResult(original, result).get('conv')?.dtype).toBe('int8');
    expect(bytes(constantsInResult(original, result))).toEqual([['conv', 144], ['relu', 4], ['fc', 50]]);
  });

  it('sees the layers inside branches, and constants given by nodes', () => {
    const branch = model(
      [
        { opType: 'Constant', inputs: [], outputs: ['k'], attributes: {
          value: { type: 'tensor', value: zeros('', 'float32', 7) },
        } },
        { opType: 'Add', name: 'inner', inputs: ['x', 'k'], outputs: ['o'] },
        { opType: 'Mul', name: 'uses outer', inputs: ['o', 'w'], outputs: ['p'] },
      ],
      [],
    ).graph;
    const outer = model([
      { opType: 'If', name: 'if', inputs: ['cond'], outputs: ['y'], attributes: {
        then_branch: { type: 'graph', value: branch },
      } },
    ], [zeros('w', 'float32', 100)]);
    expect(bytes(layerConstants(outer))).toEqual([['if', 0], ['inner', 28], ['uses outer', 400]]);
  });
});
