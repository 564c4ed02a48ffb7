import { expect, it } from 'vitest';
import { Node } from '../../model/node.ts';
import { servedLayers } from './served.ts';

it('finds the layer of every nameless helper, and leaves named ones alone', () => {
  const node = (name: string, opType: string, inputs: string[], output: string): Node =>
    new Node({ name, opType, inputs, outputs: [output] });
  const nodes = [
    node('', 'QuantizeLinear', ['x'], 'x_q'),
    node('', 'DequantizeLinear', ['x_q'], 'x_dq'),
    node('', 'DequantizeLinear', ['w_q'], 'w'),
    node('/a/conv', 'Conv', ['x_dq', 'w'], 'y_raw'),
    node('', 'QuantizeLinear', ['y_raw'], 'y_q'),
    node('', 'DequantizeLinear', ['y_q'], 'y'),
    node('named', 'QuantizeLinear', ['y'], 'z'),
    node('', 'DequantizeLinear', ['nobody'], 'unread'),
  ];
  const served = servedLayers(nodes);
  expect(nodes.map((helper) => served.get(helper)?.name)).toEqual([
    '/a/conv', '/a/conv', '/a/conv', undefined, '/a/conv', '/a/conv', undefined, undefined,
  ]);
});
