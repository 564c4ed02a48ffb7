import { describe, expect, it } from 'vitest';
import { smallModel } from '../../../test/runtime/small-models.ts';
import type { Model } from '../model/model.ts';
import type { NodeFields } from '../model/node.ts';
import { Tensor } from '../model/tensor.ts';
import { explainProfile, type ExplainedProfile } from './explain-profile.ts';

/** A chain of nodes from x to y; each reads what the one before gives. */
function chain(nodes: readonly (readonly [opType: string, name: string])[], constants: readonly Tensor[] = []): Model {
  return smallModel({
    inputs: [['x', [1, 4]]],
    outputs: [['y', [1, 4]]],
    constants,
    nodes: nodes.map(([opType, name], i): NodeFields => ({
      opType,
      name,
      inputs: [i === 0 ? 'x' : `v${i}`, ...constants.map((tensor) => tensor.name)],
      outputs: [i === nodes.length - 1 ? 'y' : `v${i + 1}`],
    })),
  });
}

/** @param times microseconds of each node of `optimized`; a name that ends in `*` is onnxruntime's own */
function profiled(model: Model, nodes: readonly (readonly [string, string, number])[]): ExplainedProfile {
  const totalUs = nodes.reduce((sum, [, , us]) => sum + us, 0);
  return {
    model,
    profile: {
      totalUs,
      optimized: chain(nodes.map(([opType, name]) => [opType, name])),
      nodes: nodes.map(([opType, name, medianUs]) => ({
        opType, name, medianUs, provider: 'cpu', share: medianUs / totalUs,
        origin: name.endsWith('*') ? undefined : name,
      })),
    },
  };
}

const quantized = chain([['QuantizeLinear', 'q'], ['Conv', 'a']]);
const float = profiled(chain([['Conv', 'a'], ['Exp', 'e'], ['Conv', 'b']]), [
  ['Conv', 'a', 50], ['Exp', 'e', 10], ['Conv', 'b', 20],
]);

describe('the explanation of a profile', () => {
  it('says nothing of a float model', () => {
    expect(explainProfile(float, [float])).toEqual([]);
  });

  it('orders what costs time by how much it costs', () => {
    const own = profiled(quantized, [
      ['QuantizeLinear', 'q1*', 4], ['Transpose', 't*', 5], ['QLinearConv', 'a', 40], ['DequantizeLinear', 'd1*', 3],
      ['Exp', 'e', 10], ['QuantizeLinear', 'q2*', 3], ['QLinearConv', 'b', 32], ['DequantizeLinear', 'd2*', 3],
    ]);
    expect(explainProfile(own, [own, float])).toEqual([
      '2 of 8 operators compute with integers, 72.0 % of the time.',
      'Conversions between float and integers that stayed (2 QuantizeLinear, 2 DequantizeLinear) take 13.0 % of the '
        + 'time.',
      '1 layer is slower as integers than in float, by 12.0 µs in all (12.0 % of the time): b 20.0 µs -> 32.0 µs.',
      '1 float island between integer layers (1 operator) takes 10.0 % of the time, and values are converted before '
        + 'and after each: e (Exp).',
      'Changes of memory layout that onnxruntime put in (1 node) take 5.0 % of the time.',
    ]);
  });

  it('names pairs that were not fused, and does not count them as islands too', () => {
    const own = profiled(quantized, [
      ['QuantizeLinear', 'q1*', 1], ['QLinearConv', 'a', 49], ['DequantizeLinear', 'd1*', 0],
      ['Sigmoid', 's', 50], ['QuantizeLinear', 'q2*', 0],
    ]);
    expect(explainProfile(own, [own]).slice(1)).toEqual([
      'onnxruntime did not fuse the conversions around 1 operator, so that it computes in float (50.0 % of the time): '
        + 's (Sigmoid).',
      'Conversions between float and integers that stayed (2 QuantizeLinear, 1 DequantizeLinear) take 1.0 % of the '
        + 'time.',
    ]);
  });

  it('tells what is no matter of conversions', () => {
    const own = profiled(quantized, [
      ['QuantizeLinear', 'q*', 0], ['QLinearConv', 'a', 10], ['DequantizeLinear', 'd*', 0], ['Reshape', 'r', 30],
      ['LayerNormalization', 'n', 20], ['Softmax', 's', 40],
    ]);
    expect(explainProfile(own, [own])).toEqual([
      '1 of 6 operators compute with integers, 10.0 % of the time.',
      '2 operators compute in float, not between conversions, 60.0 % of the time: s (Softmax), n (LayerNormalization).',
      'Moving values (Reshape, Concat and the like) and working out shapes takes 30.0 % of the time, in 1 operator.',
    ]);
  });

  it('tells weights that are only stored as integers', () => {
    const stored = smallModel({
      inputs: [['x', [1, 4]]],
      outputs: [['y', [1, 4]]],
      nodes: [
        { opType: 'Cast', inputs: ['w'], outputs: ['f'] },
        { opType: 'MatMul', inputs: ['x', 'f'], outputs: ['y'] },
      ],
      constants: [Tensor.from('w', 'int8', [4, 4], new Array<number>(16).fill(1))],
    });
    expect(explainProfile(profiled(stored, [['MatMul', 'm', 5]]), [])).toEqual([
      'No operator computes with integers: the weights are only stored as integers, and become float when the model is '
        + 'loaded. It is smaller, not faster.',
    ]);
  });
});
