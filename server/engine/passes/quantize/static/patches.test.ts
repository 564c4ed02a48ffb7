import { describe, expect, it } from 'vitest';
import { attr, type Attribute } from '../../../model/attribute.ts';
import { Constants } from '../../../model/constants.ts';
import { Graph } from '../../../model/graph.ts';
import { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { roleOf, type ComputeRole } from './operators.ts';
import { gramKey, gramSpec } from './patches.ts';

function layer(opType: string, dims: readonly number[], attributes: Record<string, Attribute>): [Node, ComputeRole] {
  const graph = new Graph();
  const node = new Node({ name: 'n', opType, inputs: ['x', 'w'], outputs: ['y'], attributes });
  graph.nodes = [node];
  const size = dims.reduce((a, b) => a * b);
  graph.initializers.set('w', Tensor.fromBytes('w', 'float32', dims, new Float32Array(size)));
  return [node, roleOf(node, new Constants(graph, 8)) as ComputeRole];
}

function pads(dims: readonly number[], attributes: Record<string, Attribute>): (readonly number[])[] | undefined {
  const kernel = { kernel_shape: attr.ints(dims.slice(2)) };
  const patch = gramSpec(...layer('Conv', dims, { ...kernel, ...attributes }), 8, 1)?.patch;
  return patch && [patch.padsBegin, patch.padsEnd];
}

describe('what to observe of a convolution', () => {
  it('pads as the node says', () => {
    expect(pads([4, 2, 3, 3], { pads: attr.ints([1, 2, 3, 4]) })).toEqual([[1, 2], [3, 4]]);
    expect(pads([4, 2, 3, 3], {})).toEqual([[0, 0], [0, 0]]);
    expect(pads([4, 2, 5], { pads: attr.ints([1, 3]) })).toEqual([[1], [3]]);
  });

  it('pads by name: the odd element comes last for SAME_UPPER, first for SAME_LOWER', () => {
    expect(pads([4, 2, 3, 4], { auto_pad: attr.string('SAME_UPPER') })).toEqual([[1, 1], [1, 2]]);
    expect(pads([4, 2, 3, 4], { auto_pad: attr.string('SAME_LOWER') })).toEqual([[1, 2], [1, 1]]);
    expect(pads([4, 2, 3, 3], { auto_pad: attr.string('VALID'), pads: attr.ints([1, 1, 1, 1]) })).toEqual(
      [[0, 0], [0, 0]],
    );
    // With strides it depends on the size of the picture.
    const strided = { auto_pad: attr.string('SAME_UPPER'), strides: attr.ints([2, 2]) };
    expect(pads([4, 2, 3, 3], strided)).toBeUndefined();
  });

  it('takes the kernel from the weight where the node does not give it', () => {
    const spec = gramSpec(...layer('Conv', [4, 2, 3, 5], {}), 8, 1);
    expect(spec?.patch?.kernel).toEqual([3, 5]);
  });

  it('tells layers apart that see other vectors', () => {
    const key = (dims: readonly number[], attributes: Record<string, Attribute> = {}): string =>
      gramKey(...layer('Conv', dims, { kernel_shape: attr.ints(dims.slice(2)), ...attributes }));
    expect(key([4, 2, 3, 3])).toBe(key([8, 2, 3, 3]));
    expect(key([4, 2, 3, 3])).not.toBe(key([4, 2, 1, 1]));
    expect(key([4, 2, 3, 3])).not.toBe(key([4, 2, 3, 3], { strides: attr.ints([2, 2]) }));
  });
});
