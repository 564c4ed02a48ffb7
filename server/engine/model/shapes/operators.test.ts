/**
 * Operators in the versions and forms that ONNX's own tests of the newest version do not cover. Expected shapes are
 * worked out from the operators' definitions.
 */

import { describe, expect, it } from 'vitest';
import { ints, modelOf, node, scalar, zeros, type ModelParts } from '../../../../test/model/build.ts';
import { attr } from '../attribute.ts';
import { Tensor } from '../tensor.ts';
import { tensorInfo, type ValueInfo } from '../types.ts';
import { inferShapes } from './infer.ts';

/** What is inferred of the outputs of the last node, as `float32[2, n, ?]`. */
function outputs(parts: ModelParts): string[] {
  const model = modelOf(parts);
  const types = inferShapes(model);
  expect(types.problems).toEqual([]);
  expect([...types.unknownOperators]).toEqual([]);
  return model.graph.nodes.at(-1)!.outputs.map((name) => {
    const type = types.tensor(name);
    return type ? `${type.dtype}${type.shape ? `[${type.shape.map((d) => d ?? '?').join(', ')}]` : ''}` : 'unknown';
  });
}

const float = (name: string, ...values: readonly number[]): Tensor =>
  Tensor.from(name, 'float32', [values.length], values);
const typed = (name: string, dtype: ValueInfo): ValueInfo => ({ ...dtype, name });
const uint8 = (...dims: readonly number[]): ValueInfo => tensorInfo('', 'uint8', dims);

describe('older versions of standard operators', () => {
  it.each<[string, number, Omit<ModelParts, 'opset'>, string[]]>([
    ['Reshape by attribute', 1, {
      inputs: { x: [2, 3, 4] },
      nodes: [node('Reshape', 'x', 'y', { shape: attr.ints([0, -1]) })],
    }, ['float32[2, 12]']],
    ['Squeeze by attribute', 11, {
      inputs: { x: [1, 'n', 1] },
      nodes: [node('Squeeze', 'x', 'y', { axes: attr.ints([-1]) })],
    }, ['float32[1, n]']],
    ['Squeeze by input', 13, {
      inputs: { x: [1, 'n', 1] },
      constants: [ints('a', 0)],
      nodes: [node('Squeeze', 'x, a', 'y')],
    }, ['float32[n, 1]']],
    ['Squeeze of unknown dimensions', 13, {
      inputs: { x: [1, 'n', 1] },
      nodes: [node('Squeeze', 'x', 'y')],
    }, ['float32']],
    ['Unsqueeze by attribute', 11, {
      inputs: { x: ['n', 3] },
      nodes: [node('Unsqueeze', 'x', 'y', { axes: attr.ints([3, 0]) })],
    }, ['float32[1, n, 3, 1]']],
    ['Slice by attributes', 9, {
      inputs: { x: [10, 'n', 8] },
      nodes: [node('Slice', 'x', 'y', {
        axes: attr.ints([2, 1]), starts: attr.ints([-3, 0]), ends: attr.ints([2 ** 31 - 1, 2 ** 31 - 1]),
      })],
    }, ['float32[10, n, 3]']],
    ['Slice of an unknown length', 13, {
      inputs: { x: ['n', null, 8] },
      constants: [ints('s', 0, 0, -1), ints('e', 5, 2 ** 40, -(2 ** 40)), ints('a', 0, 1, 2), ints('t', 1, 1, -1)],
      nodes: [node('Slice', 'x, s, e, a, t', 'y')],
    }, ['float32[?, ?, 8]']],
    ['Slice of an unknown length from its end', 13, {
      inputs: { x: ['n', 'm', 'k'] },
      constants: [
        ints('s', -1, -1, 1), ints('e', 2 ** 40, -(2 ** 40), 2 ** 40), ints('a', 0, 1, 2), ints('t', 1, -1, 1),
      ],
      nodes: [node('Slice', 'x, s, e, a, t', 'y')],
    }, ['float32[?, m, ?]']],
    ['Split by attribute', 11, {
      inputs: { x: ['n', 9] },
      nodes: [node('Split', 'x', 'a, b', { axis: attr.int(1), split: attr.ints([4, 5]) })],
    }, ['float32[n, 4]', 'float32[n, 5]']],
    ['Split into unequal parts before opset 18', 13, {
      inputs: { x: ['n', 9] },
      nodes: [node('Split', 'x', 'a, b', { axis: attr.int(1) })],
    }, ['float32[n, ?]', 'float32[n, ?]']],
    ['Split into parts of which the last is shorter', 18, {
      inputs: { x: [9] },
      nodes: [node('Split', 'x', 'a, b', { num_outputs: attr.int(2) })],
    }, ['float32[5]', 'float32[4]']],
    ['Pad by attribute', 2, {
      inputs: { x: [1, 3, 5, 5] },
      nodes: [node('Pad', 'x', 'y', { pads: attr.ints([0, 0, 1, 2, 0, 0, 3, 4]) })],
    }, ['float32[1, 3, 9, 11]']],
    ['Upsample by attribute', 7, {
      inputs: { x: ['n', 3, 5, 7] },
      nodes: [node('Upsample', 'x', 'y', { scales: attr.floats([1, 1, 2, 1.5]) })],
    }, ['float32[n, 3, 10, 10]']],
    ['Upsample by input', 9, {
      inputs: { x: ['n', 3, 5, 7] },
      constants: [float('s', 1, 1, 2, 3)],
      nodes: [node('Upsample', 'x, s', 'y')],
    }, ['float32[n, 3, 10, 21]']],
    ['Resize of opset 10', 10, {
      inputs: { x: ['n', 3, 5, 7] },
      constants: [float('s', 1, 1, 0.5, 2)],
      nodes: [node('Resize', 'x, s', 'y')],
    }, ['float32[n, 3, 2, 14]']],
    ['Resize of opset 11 with empty scales', 11, {
      inputs: { x: ['n', 3, 5, 7] },
      constants: [float('none'), ints('to', 1, 3, 8, 9)],
      nodes: [node('Resize', 'x, none, none, to', 'y')],
    }, ['float32[1, 3, 8, 9]']],
    // 0.7 in single precision is below 0.7; times 10 it rounds to 7 in single and falls below in double precision.
    ['Resize where the precision decides', 13, {
      inputs: { x: [1, 1, 10, 10] },
      constants: [float('s', 1, 1, 0.7, 0.5)],
      nodes: [node('Resize', 'x, , s', 'y')],
    }, ['float32[1, 1, ?, 5]']],
    ['Clip by attributes', 6, {
      inputs: { x: ['n', 3] },
      nodes: [node('Clip', 'x', 'y', { min: attr.float(0) })],
    }, ['float32[n, 3]']],
    ['Dropout with a mask of its own type', 7, {
      inputs: { x: ['n', 3] },
      nodes: [node('Dropout', 'x', 'y, m')],
    }, ['float32[n, 3]', 'float32[n, 3]']],
    ['Dropout with a boolean mask', 13, {
      inputs: { x: ['n', 3] },
      nodes: [node('Dropout', 'x', 'y, m')],
    }, ['float32[n, 3]', 'bool[n, 3]']],
    ['BatchNormalization with all outputs', 9, {
      inputs: { x: ['n', 3, 5, 5] },
      constants: ['s', 'b', 'm', 'v'].map((name) => zeros(name, [3])),
      nodes: [node('BatchNormalization', 'x, s, b, m, v', 'y, om, ov, sm, sv')],
    }, ['float32[n, 3, 5, 5]', 'float32[3]', 'float32[3]', 'float32[3]', 'float32[3]']],
    ['ReduceMean by attribute', 13, {
      inputs: { x: ['n', 3, 5] },
      nodes: [node('ReduceMean', 'x', 'y', { axes: attr.ints([-1]), keepdims: attr.int(0) })],
    }, ['float32[n, 3]']],
    ['ReduceMean by input', 18, {
      inputs: { x: ['n', 3, 5] },
      constants: [ints('a', 1)],
      nodes: [node('ReduceMean', 'x, a', 'y')],
    }, ['float32[n, 1, 5]']],
    ['ReduceSum by input of unknown elements', 13, {
      inputs: [tensorInfo('x', 'float32', ['n', 1, 5]), tensorInfo('a', 'int64', [1])],
      nodes: [node('ReduceSum', 'x, a', 'y')],
    }, ['float32[?, 1, ?]']],
    ['ReduceSum of no axes, kept as it is', 13, {
      inputs: { x: ['n', 3, 5] },
      nodes: [node('ReduceSum', 'x', 'y', { noop_with_empty_axes: attr.int(1) })],
    }, ['float32[n, 3, 5]']],
    ['TopK by attribute', 1, {
      inputs: { x: ['n', 9] },
      nodes: [node('TopK', 'x', 'v, i', { k: attr.int(4), axis: attr.int(1) })],
    }, ['float32[n, 4]', 'int64[n, 4]']],
    ['TopK by input', 11, {
      inputs: { x: ['n', 9] },
      constants: [ints('k', 4)],
      nodes: [node('TopK', 'x, k', 'v, i')],
    }, ['float32[n, 4]', 'int64[n, 4]']],
    ['Cast to a named type', 1, {
      inputs: { x: ['n', 9] },
      nodes: [node('Cast', 'x', 'y', { to: attr.string('DOUBLE') })],
    }, ['float64[n, 9]']],
    ['Add that broadcasts along an axis', 6, {
      inputs: { x: [2, 3, 4], b: [3] },
      nodes: [node('Add', 'x, b', 'y', { broadcast: attr.int(1), axis: attr.int(1) })],
    }, ['float32[2, 3, 4]']],
  ])('%s (opset %i)', (_, opset, parts, expected) => {
    expect(outputs({ ...parts, opset })).toEqual(expected);
  });
});

describe('windows', () => {
  const conv = (attributes: Parameters<typeof node>[3], dims: readonly (number | string)[] = [1, 4, 10, 'w']) =>
    outputs({
      inputs: { x: dims },
      constants: [zeros('k', [8, 4, 3, 3])],
      nodes: [node('Conv', 'x, k', 'y', attributes)],
    });

  it('keep an unknown length where padding makes up for the kernel', () => {
    expect(conv({ pads: attr.ints([1, 1, 1, 1]) })).toEqual(['float32[1, 8, 10, w]']);
    expect(conv({ auto_pad: attr.string('SAME_UPPER') })).toEqual(['float32[1, 8, 10, w]']);
    expect(conv({ dilations: attr.ints([2, 2]), pads: attr.ints([2, 2, 2, 2]) })).toEqual(['float32[1, 8, 10, w]']);
    expect(conv({})).toEqual(['float32[1, 8, 8, ?]']);
  });

  it('give the lengths of the definition', () => {
    // floor((10 + 1 + 1 - 3) / 2) + 1
    expect(conv({ strides: attr.ints([2, 2]), pads: attr.ints([1, 0, 1, 0]) })).toEqual(['float32[1, 8, 5, ?]']);
    expect(conv({ strides: attr.ints([3, 3]), auto_pad: attr.string('SAME_LOWER') })).toEqual(['float32[1, 8, 4, ?]']);
    expect(conv({ strides: attr.ints([3, 3]), auto_pad: attr.string('VALID') })).toEqual(['float32[1, 8, 3, ?]']);
  });

  it('stay open where attributes do not fit', () => {
    expect(conv({ strides: attr.ints([2]) })).toEqual(['float32[1, 8, ?, ?]']);
    expect(conv({ strides: attr.ints([0, 1]) })).toEqual(['float32[1, 8, ?, ?]']);
    expect(conv({ pads: attr.ints([-9, 0, 0, 0]) })).toEqual(['float32[1, 8, ?, ?]']);
  });

  const pool = (length: number, attributes: Parameters<typeof node>[3]) => outputs({
    inputs: { x: [1, 1, length] },
    nodes: [node('MaxPool', 'x', 'y', { kernel_shape: attr.ints([2]), ceil_mode: attr.int(1), ...attributes })],
  });

  it('round up in ceil mode, but leave out windows that start in the padding', () => {
    expect(pool(5, { strides: attr.ints([2]) })).toEqual(['float32[1, 1, 3]']);
    // ceil((4 + 1 - 2) / 3) + 1 = 2, and the second window starts at 3: inside. With length 3 it starts in the padding.
    expect(pool(4, { strides: attr.ints([3]), pads: attr.ints([0, 1]) })).toEqual(['float32[1, 1, 2]']);
    expect(pool(3, { strides: attr.ints([3]), pads: attr.ints([0, 1]) })).toEqual(['float32[1, 1, 1]']);
  });

  const up = (attributes: Parameters<typeof node>[3]) => outputs({
    inputs: { x: ['n', 6, 5, 5] },
    constants: [zeros('k', [6, 2, 3, 3])],
    nodes: [node('ConvTranspose', 'x, k', 'y', { group: attr.int(3), ...attributes })],
  });

  it('of transposed convolutions', () => {
    // 2 * (5 - 1) + 1 + 3 - 1 - 1 = 10
    expect(up({ strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 1, 1]), output_padding: attr.ints([1, 1]) }))
      .toEqual(['float32[n, 6, 10, 10]']);
    expect(up({ output_shape: attr.ints([11, 12]), strides: attr.ints([2, 2]) })).toEqual(['float32[n, 6, 11, 12]']);
    expect(up({ auto_pad: attr.string('SAME_UPPER'), strides: attr.ints([2, 4]) })).toEqual(['float32[n, 6, 10, ?]']);
  });
});

describe('operators of com.microsoft', () => {
  const ms = (opType: string, inputs: string, out: string, attributes?: Parameters<typeof node>[3]) =>
    node(opType, inputs, out, attributes, { domain: 'com.microsoft' });
  const quantized = [scalar('s', 1, 'float32'), scalar('z', 0, 'uint8')];

  it.each<[string, ModelParts, string[]]>([
    ['QLinearAdd', {
      inputs: [typed('a', uint8(2, 3)), typed('b', uint8(3))],
      constants: quantized,
      nodes: [ms('QLinearAdd', 'a, s, z, b, s, z, s, z', 'y')],
    }, ['uint8[2, 3]']],
    ['QLinearConcat', {
      inputs: [typed('a', uint8(1, 3, 4, 4)), typed('b', uint8(1, 5, 4, 4))],
      constants: quantized,
      nodes: [ms('QLinearConcat', 's, z, a, s, z, b, s, z', 'y', { axis: attr.int(1) })],
    }, ['uint8[1, 8, 4, 4]']],
    ['QLinearConv, channels last', {
      inputs: [typed('x', uint8(1, 8, 8, 4))],
      constants: [...quantized, zeros('w', [16, 4, 3, 3], 'uint8')],
      nodes: [ms('QLinearConv', 'x, s, z, w, s, z, s, z', 'y', {
        channels_last: attr.int(1), strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 1, 1]),
      })],
    }, ['uint8[1, 4, 4, 16]']],
    ['QLinearGlobalAveragePool', {
      inputs: [typed('x', uint8(1, 7, 5, 4))],
      constants: quantized,
      nodes: [ms('QLinearGlobalAveragePool', 'x, s, z, s, z', 'y', { channels_last: attr.int(1) })],
    }, ['uint8[1, 1, 1, 4]']],
    ['NhwcMaxPool', {
      inputs: [typed('x', uint8(1, 8, 8, 4))],
      nodes: [ms('NhwcMaxPool', 'x', 'y', { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) })],
    }, ['uint8[1, 4, 4, 4]']],
    ['MatMulNBits', {
      inputs: { x: ['n', 7, 64] },
      constants: [zeros('w', [48, 2, 16], 'uint8'), zeros('q', [96])],
      nodes: [ms('MatMulNBits', 'x, w, q', 'y', { K: attr.int(64), N: attr.int(48), block_size: attr.int(32) })],
    }, ['float32[n, 7, 48]']],
    ['DynamicQuantizeMatMul', {
      inputs: { x: ['n', 64] },
      constants: [zeros('w', [64, 10], 'int8'), scalar('q', 1, 'float32')],
      nodes: [ms('DynamicQuantizeMatMul', 'x, w, q', 'y')],
    }, ['float32[n, 10]']],
    ['FusedMatMul', {
      inputs: { a: ['n', 5, 8, 3], b: ['n', 5, 4, 8] },
      nodes: [ms('FusedMatMul', 'a, b', 'y', { transA: attr.int(1), transB: attr.int(1) })],
    }, ['float32[n, 5, 3, 4]']],
    ['QGemm without an output scale', {
      inputs: [typed('a', uint8(3, 8))],
      constants: [...quantized, zeros('b', [8, 5], 'uint8')],
      nodes: [ms('QGemm', 'a, s, z, b, s, z', 'y')],
    }, ['float32[3, 5]']],
    ['SkipLayerNormalization', {
      inputs: { x: ['n', 9, 16], skip: ['n', 9, 16] },
      constants: [zeros('g', [16])],
      nodes: [ms('SkipLayerNormalization', 'x, skip, g', 'y, , , sum')],
    }, ['float32[n, 9, 16]', 'unknown', 'unknown', 'float32[n, 9, 16]']],
    ['MultiHeadAttention', {
      inputs: { q: ['n', 9, 32], k: ['n', 11, 32], v: ['n', 11, 48] },
      nodes: [ms('MultiHeadAttention', 'q, k, v', 'y', { num_heads: attr.int(4) })],
    }, ['float32[n, 9, 48]']],
    ['Attention', {
      inputs: { x: ['n', 9, 32] },
      constants: [zeros('w', [32, 96]), zeros('b', [96])],
      nodes: [ms('Attention', 'x, w, b', 'y, past', { num_heads: attr.int(4) })],
    }, ['float32[n, 9, 32]', 'float32[2, n, 4, 9, 8]']],
    ['GroupQueryAttention, packed', {
      inputs: { x: ['n', 9, 96], c: ['n', 2, 'past', 16] },
      constants: [ints('l', 1)],
      nodes: [ms('GroupQueryAttention', 'x, , , c, c, l, l', 'y, k', {
        num_heads: attr.int(2), kv_num_heads: attr.int(2),
      })],
    }, ['float32[n, 9, 32]', 'float32[n, 2, ?, 16]']],
    ['GatherBlockQuantized of two numbers a byte', {
      inputs: [tensorInfo('i', 'int64', ['n'])],
      constants: [zeros('d', [100, 32], 'uint8'), zeros('q', [100, 2])],
      nodes: [ms('GatherBlockQuantized', 'd, i, q', 'y', { bits: attr.int(4), block_size: attr.int(32) })],
    }, ['float32[n, 64]']],
  ])('%s', (_, parts, expected) => {
    expect(outputs({ ...parts, domains: ['com.microsoft'] })).toEqual(expected);
  });
});
