import { attr } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';

const pictures = { x: [2, 6, 3, 2], scale: [6], shift: [6] };
const epsilon = { epsilon: attr.float(0.01) };

gradientTests({
  LayerNormalization: {
    nodes: [node('LayerNormalization', 'x, scale, shift', 'y', epsilon)],
    inputs: { x: [2, 3, 5], scale: [5], shift: [5] },
  },
  'LayerNormalization of two axes, without shift': {
    nodes: [node('LayerNormalization', 'x, scale', 'y', { ...epsilon, axis: attr.int(1) })],
    inputs: { x: [2, 3, 5], scale: [3, 5] },
  },
  SimplifiedLayerNormalization: {
    nodes: [node('SimplifiedLayerNormalization', 'x, scale', 'y', epsilon)],
    inputs: { x: [2, 3, 5], scale: [5] },
  },
  RMSNormalization: {
    nodes: [node('RMSNormalization', 'x, scale', 'y', { ...epsilon, axis: attr.int(-2) })],
    inputs: { x: [2, 3, 5], scale: [3, 5] },
    opset: 23,
  },
  InstanceNormalization: { nodes: [node('InstanceNormalization', 'x, scale, shift', 'y', epsilon)], inputs: pictures },
  GroupNormalization: {
    nodes: [node('GroupNormalization', 'x, scale, shift', 'y', { ...epsilon, num_groups: attr.int(3) })],
    inputs: pictures,
  },
  'GroupNormalization with a scale for each group': {
    nodes: [node('GroupNormalization', 'x, scale, shift', 'y', { ...epsilon, num_groups: attr.int(3) })],
    inputs: { ...pictures, scale: [3], shift: [3] },
    opset: 18,
  },
  'LpNormalization, p = 2': { nodes: [node('LpNormalization', 'x', 'y')], inputs: { x: [3, 4] }, dtype: 'float64' },
  'LpNormalization, p = 1': {
    nodes: [node('LpNormalization', 'x', 'y', { p: attr.int(1), axis: attr.int(0) })],
    inputs: { x: [3, 4] },
    dtype: 'float64',
  },
  LRN: {
    nodes: [
      node('LRN', 'x', 'y', {
        size: attr.int(5),
        alpha: attr.float(0.5),
        beta: attr.float(0.6),
        bias: attr.float(1.5),
      }),
    ],
    inputs: { x: [2, 6, 2, 2] },
  },
});
