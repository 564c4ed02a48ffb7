import { expect, it } from 'vitest';
import { modelOf, node, zeros } from '../../../test/model/build.ts';
import { Tensor } from '../model/tensor.ts';
import { wasteOf } from './waste.ts';

const ones = (name: string, dims: readonly number[]): Tensor =>
  Tensor.from(name, 'float32', dims, new Array<number>(dims.reduce((a, b) => a * b, 1)).fill(1));

it('finds what a model carries along for nothing, and nothing else', () => {
  const waste = wasteOf(modelOf({
    inputs: { x: [1, 3, 4, 4] },
    constants: [
      zeros('k', [4, 3, 3, 3]), ones('a', [4]), ones('b', [4]), zeros('c', [4]), ones('d', [4]),
      ones('w1', [16, 16, 2]), ones('w2', [16, 16, 2]), zeros('w3', [16, 16, 2]),
      ones('small1', [2]), ones('small2', [2]),
    ],
    nodes: [
      node('Conv', 'x, k', 'c1', {}, { name: 'conv' }),
      node('BatchNormalization', 'c1, a, b, c, d', 'n1', {}, { name: 'norm' }),
      node('Identity', 'n1', 'i1', {}, { name: 'identity' }),
      node('Conv', 'i1, k', 'c2', {}, { name: 'shared' }),
      node('BatchNormalization', 'c2, a, b, c, d', 'n2', {}, { name: 'kept' }),
      node('Add', 'n2, c2', 's', {}, { name: 'second reader' }),
      node('Add', 'w1, w2', 'wa', {}, { name: 'constant sum' }),
      node('Neg', 'wa', 'wn', {}, { name: 'constant negative' }),
      node('Sub', 'wn, w3', 'wy', {}, { name: 'constant result' }),
      node('Abs', 's', 'unused', {}, { name: 'dead' }),
      node('Relu', 'unused', 'unused2', {}, { name: 'dead too' }),
    ],
    outputs: ['s', 'wy'],
  }));
  const names = (nodes: readonly { readonly name: string }[]): string[] => nodes.map(({ name }) => name);
  expect(names(waste.batchNorms)).toEqual(['norm']);
  expect(names(waste.identities)).toEqual(['identity']);
  expect(names(waste.computable)).toEqual(['constant sum', 'constant negative', 'constant result']);
  expect(names(waste.dead)).toEqual(['dead', 'dead too']);
  expect(waste.duplicates.map(names)).toEqual([['w1', 'w2']]);
});
