import { expect, it } from 'vitest';
import { modelOf, node, scalar, zeros } from '../../../../test/model/build.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { compareStructures } from './compare.ts';
import { structureOf } from '../../../../test/model/structure-of.ts';

const constants = [
  zeros('k', [4, 3, 1, 1]), zeros('q', [4, 3, 1, 1], 'int8'), scalar('s', 1, 'float32'), scalar('z', 0, 'uint8'),
  scalar('z8', 0, 'int8'),
];

function model(nodes: readonly Node[], outputs: readonly string[]): Model {
  return modelOf({ inputs: { x: [1, 3, 4, 4] }, constants, nodes, outputs });
}

/** "name: status" of each model's nodes, with the counterpart where it has another name. */
function compared(a: Model, b: Model): { a: string[]; b: string[] } {
  const [left, right] = [structureOf(a), structureOf(b)];
  const { counterpart, statusOfA, statusOfB } = compareStructures(left, right);
  return {
    a: left.names.map((name, i) => {
      const other = counterpart[i]! < 0 ? '' : right.names[counterpart[i]!]!;
      return `${name}: ${statusOfA[i]!}${other === '' || other === name ? '' : ` as ${other}`}`;
    }),
    b: right.names.map((name, j) => `${name}: ${statusOfB[j]!}`),
  };
}

const float = model([
  node('Conv', 'x, k', 'c', {}, { name: 'conv' }),
  node('Relu', 'c', 'r', {}, { name: 'relu' }),
  node('Abs', 'r', 'y', {}, { name: 'abs' }),
], ['y']);

it('finds layers between dequantization and quantization again', () => {
  const quantized = model([
    node('QuantizeLinear', 'x, s, z', 'xq', {}, { name: 'xq' }),
    node('DequantizeLinear', 'xq, s, z', 'xd', {}, { name: 'xd' }),
    node('DequantizeLinear', 'q, s, z8', 'kd', {}, { name: 'kd' }),
    node('Conv', 'xd, kd', 'c', {}, { name: 'conv' }),
    node('Abs', 'c', 'y', {}, { name: 'abs' }),
  ], ['y']);
  expect(compared(float, quantized)).toEqual({
    a: ['x: same', 'conv: quantized', 'relu: removed', 'abs: same', 'y: same'],
    b: ['x: same', 'xq: quantized', 'xd: quantized', 'kd: quantized', 'conv: quantized', 'abs: same', 'y: same'],
  });
});

it('finds integer forms, and renamed nodes by what they read', () => {
  const integer = model([
    node('QuantizeLinear', 'x, s, z', 'xq', {}, { name: 'xq' }),
    node('QLinearConv', 'xq, s, z, q, s, z8, s, z', 'cq', {}, { name: 'other' }),
    node('DequantizeLinear', 'cq, s, z', 'c', {}, { name: 'cd' }),
    node('Relu', 'c', 'r', {}, { name: 'renamed' }),
    node('Neg', 'r', 'n', {}, { name: 'neg' }),
    node('Abs', 'n', 'y', {}, { name: 'abs' }),
  ], ['y']);
  expect(compared(float, integer)).toEqual({
    a: ['x: same', 'conv: quantized as other', 'relu: quantized as renamed', 'abs: same', 'y: same'],
    b: ['x: same', 'xq: quantized', 'other: quantized', 'cd: quantized', 'renamed: quantized', 'neg: added',
      'abs: same', 'y: same'],
  });
});
