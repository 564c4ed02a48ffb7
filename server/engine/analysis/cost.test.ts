import { describe, expect, it } from 'vitest';
import { graphOf, ints, modelOf, node, scalar, zeros, type ModelParts } from '../../../test/model/build.ts';
import { attr } from '../model/attribute.ts';
import { Tensor } from '../model/tensor.ts';
import { tensorInfo } from '../model/types.ts';
import { summarize, type ModelSummary } from './cost.ts';

/** `Conv 12p 48b 1200m 400a` for each layer: parameters, bytes of weights, multiply-accumulates, activation bytes. */
function lines({ layers }: ModelSummary): string[] {
  return layers.map(({ opType, parameters, weightBytes, macs, activationBytes }) =>
    `${opType} ${parameters}p ${weightBytes}b ${macs ?? '?'}m ${activationBytes ?? '?'}a`);
}

const summary = (parts: ModelParts): ModelSummary => summarize(modelOf(parts));

describe('a convolutional classifier', () => {
  const parts: ModelParts = {
    inputs: { x: ['n', 3, 8, 8] },
    constants: [
      zeros('k', [4, 3, 3, 3]), zeros('kb', [4]), zeros('d', [4, 1, 3, 3]), zeros('w', [4, 10]), zeros('b', [10]),
    ],
    nodes: [
      node('Conv', 'x, k, kb', 'c', { pads: attr.ints([1, 1, 1, 1]), strides: attr.ints([2, 2]) }),
      node('Relu', 'c', 'r'),
      node('Conv', 'r, d', 'e', { group: attr.int(4) }),
      node('GlobalAveragePool', 'e', 'p'),
      node('Flatten', 'p', 'f'),
      node('Gemm', 'f, w, b', 'y'),
    ],
    outputs: ['y'],
  };

  it('costs, for one picture, what its layers cost', () => {
    const all = summary(parts);
    expect(lines(all)).toEqual([
      // 4 maps of 4 x 4 pixels, each of 3 x 3 x 3 products
      `Conv 112p 448b ${4 * 16 * 27}m ${4 * 16 * 4}a`,
      'Relu 0p 0b 0m 256a',
      // depthwise: 4 maps of 2 x 2 pixels, each of 3 x 3 products
      `Conv 36p 144b ${4 * 4 * 9}m 64a`,
      'GlobalAveragePool 0p 0b 0m 16a',
      'Flatten 0p 0b 0m 16a',
      'Gemm 50p 200b 40m 40a',
    ]);
    expect(all.assumedShapes).toEqual({ x: [1, 3, 8, 8] });
    expect(all.parameters).toBe(198);
    expect(all.weightBytes).toEqual({ float32: 792 });
    expect(all.macs).toBe(1728 + 144 + 40);
    expect(all.activationBytes).toBe(648);
    expect(all.nodes).toEqual({ Conv: 2, Relu: 1, GlobalAveragePool: 1, Flatten: 1, Gemm: 1 });
    expect(all.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['n', 3, 8, 8] }]);
    expect(all.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['n', 10] }]);
  });

  it('costs what the given shapes make of it', () => {
    expect(summarize(modelOf(parts), { x: [5, 3, 8, 8] }).macs).toBe(5 * 1912);
  });

  it('has no total where a length is not known', () => {
    const open = summary({ ...parts, inputs: { x: ['n', 3, 'height', 8] } });
    expect(open.macs).toBeUndefined();
    expect(open.layers.map((layer) => layer.macs)).toEqual([undefined, 0, undefined, 0, 0, 40]);
  });
});

describe('multiply-accumulates', () => {
  it.each<[string, ModelParts, number | undefined]>([
    ['MatMul with a batch', {
      inputs: { a: [2, 3, 4, 5], b: [3, 5, 6] },
      nodes: [node('MatMul', 'a, b', 'y')],
    }, 2 * 3 * 4 * 5 * 6],
    ['ConvTranspose', {
      inputs: { x: [1, 6, 5, 5] },
      constants: [zeros('k', [6, 2, 3, 3])],
      nodes: [node('ConvTranspose', 'x, k', 'y', { group: attr.int(3), strides: attr.ints([2, 2]) })],
    }, 6 * 25 * 2 * 9],
    ['LSTM', {
      inputs: { x: [7, 2, 3] },
      constants: [zeros('w', [2, 16, 3]), zeros('r', [2, 16, 4])],
      nodes: [node('LSTM', 'x, w, r', 'y', { hidden_size: attr.int(4), direction: attr.string('bidirectional') })],
    }, 7 * 2 * (2 * 16 * 3 + 2 * 16 * 4)],
    ['Einsum', {
      inputs: { a: [2, 3, 4], b: [2, 4, 5] },
      nodes: [node('Einsum', 'a, b', 'y', { equation: attr.string('bij,bjk->bik') })],
    }, 2 * 3 * 4 * 5],
    ['Attention', {
      inputs: { q: [2, 4, 5, 8], k: [2, 4, 7, 8], v: [2, 4, 7, 3] },
      opset: 23,
      nodes: [node('Attention', 'q, k, v', 'y')],
    }, 2 * 4 * (5 * 7 * 8 + 5 * 7 * 3)],
    ['MatMulNBits', {
      inputs: { x: [3, 64] },
      constants: [zeros('w', [48, 2, 16], 'uint8'), zeros('s', [96])],
      domains: ['com.microsoft'],
      nodes: [node('MatMulNBits', 'x, w, s', 'y', { K: attr.int(64), N: attr.int(48) }, { domain: 'com.microsoft' })],
    }, 3 * 64 * 48],
    ['an operator that is not known', {
      inputs: { x: [3, 64] },
      nodes: [node('Mystery', 'x', 'y')],
    }, undefined],
  ])('of %s', (_, parts, macs) => {
    expect(summary(parts).macs).toBe(macs);
  });
});

describe('constants', () => {
  it('belong to the layer behind dequantization, without scales and zero points', () => {
    const quantized = summary({
      inputs: { x: ['n', 8] },
      constants: [
        zeros('q', [8, 4], 'int8'), zeros('s', [4]), zeros('z', [4], 'int8'),
        zeros('bias', [4], 'int32'), scalar('t', 1, 'float32'), scalar('u', 0, 'uint8'),
      ],
      nodes: [
        node('QuantizeLinear', 'x, t, u', 'xq'),
        node('DequantizeLinear', 'xq, t, u', 'xd'),
        node('DequantizeLinear', 'q, s, z', 'w', { axis: attr.int(1) }),
        node('DequantizeLinear', 'bias, s', 'b'),
        node('Gemm', 'xd, w, b', 'y'),
      ],
    });
    expect(quantized.layers.map(({ opType, parameters, weightBytes }) => [opType, parameters, weightBytes])).toEqual([
      ['QuantizeLinear', 0, 5],
      ['DequantizeLinear', 0, 0],
      ['DequantizeLinear', 0, 0],
      ['DequantizeLinear', 0, 0],
      ['Gemm', 36, 32 + 16 + 4 + 16],
    ]);
    expect(quantized.parameters).toBe(36);
  });

  it('count once when several layers share them, and wherever they live', () => {
    const bare = graphOf({
      nodes: [
        node('Constant', '', 'inner', { value: attr.tensor(zeros('', [5, 5])) }),
        node('MatMul', 'x, inner', 'm'),
        node('MatMul', 'm, shared', 'o'),
      ],
      outputs: ['o'],
    });
    const all = summary({
      inputs: [tensorInfo('x', 'float32', [2, 5]), tensorInfo('flag', 'bool', [])],
      constants: [zeros('shared', [5, 5]), ints('axes', 0)],
      nodes: [
        node('MatMul', 'x, shared', 'a'),
        node('MatMul', 'a, shared', 'b'),
        node('If', 'flag', 'c', { then_branch: attr.graph(bare), else_branch: attr.graph(bare.clone()) }),
        node('Unsqueeze', 'c, axes', 'd'),
      ],
    });
    expect(all.layers.map(({ opType, depth, parameters }) => [opType, depth, parameters])).toEqual([
      ['MatMul', 0, 25],
      ['MatMul', 0, 0],
      ['If', 0, 0],
      ['MatMul', 1, 25],
      ['MatMul', 1, 0],
      // The clone has a constant of its own, although its tensor is the same.
      ['MatMul', 1, 25],
      ['MatMul', 1, 0],
      ['Unsqueeze', 0, 0],
    ]);
    expect(all.parameters).toBe(75);
    expect(all.nodes['Constant']).toBe(2);
  });
});

describe('bodies', () => {
  const inLoop = (trips: Tensor | undefined): ModelSummary => {
    const body = graphOf({
      inputs: [{ name: 'i' }, { name: 'go' }, { name: 's' }],
      constants: [Tensor.from('on', 'bool', [], [1]), zeros('w', [4, 4])],
      nodes: [node('MatMul', 's, w', 's_next')],
      outputs: ['on', 's_next'],
    });
    return summary({
      inputs: [tensorInfo('x', 'float32', [2, 4]), tensorInfo('count', 'int64', [])],
      constants: trips ? [trips] : [],
      nodes: [node('Loop', `${trips ? 'trips' : 'count'}, , x`, 'y', { body: attr.graph(body) })],
    });
  };

  it('of loops cost as often as they run', () => {
    expect(inLoop(scalar('trips', 6)).macs).toBe(6 * 2 * 4 * 4);
    expect(inLoop(undefined).macs).toBeUndefined();
  });

  it('of functions cost at every call, and their constants count once', () => {
    const call = (from: string, to: string) => node('Dense', from, to, {}, { domain: 'local' });
    const model = modelOf({ inputs: { x: [2, 4] }, nodes: [call('x', 'h'), call('h', 'y')] });
    model.functions = [{
      name: 'Dense', domain: 'local', overload: '', inputs: ['a'], outputs: ['b'], attributes: [],
      attributeDefaults: new Map(),
      nodes: [
        node('Constant', '', 'w', { value: attr.tensor(zeros('', [4, 4])) }),
        node('MatMul', 'a, w', 'b'),
      ],
      opsetImports: new Map([['', 17]]),
      valueInfos: new Map(),
    }];
    const all = summarize(model);
    expect(all.layers.map((layer) => layer.macs)).toEqual([32, 32]);
    expect(all.macs).toBe(64);
    expect(all.parameters).toBe(16);
    expect(all.weightBytes).toEqual({ float32: 64 });
  });
});
