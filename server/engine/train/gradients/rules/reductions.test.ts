import { attr } from '../../../model/attribute.ts';
import { ints, node } from '../../../../../test/model/build.ts';
import { gradientTests, positive } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

const kinds = ['Sum', 'Mean', 'Max', 'Min', 'L1', 'L2', 'SumSquare', 'LogSum', 'LogSumExp'];
const inputs = { x: positive };

const cases = kinds.flatMap((kind): [string, GradientCase][] => {
  const dropped = { keepdims: attr.int(0) };
  return [
    [
      `Reduce${kind} of an axis`,
      { nodes: [node(`Reduce${kind}`, 'x, axes', 'y', dropped)], inputs, constants: [ints('axes', -1)] },
    ],
    [`Reduce${kind} of all`, { nodes: [node(`Reduce${kind}`, 'x', 'y')], inputs }],
  ];
});

gradientTests({
  ...Object.fromEntries(cases),
  'ReduceMean of two axes, kept': {
    nodes: [node('ReduceMean', 'x, axes', 'y')],
    inputs: { x: [2, 3, 4, 2] },
    constants: [ints('axes', 0, 2)],
    dtype: 'float64',
  },
  'ReduceSum of no axes': {
    nodes: [node('ReduceSum', 'x', 'y', { noop_with_empty_axes: attr.int(1) })],
    inputs: { x: [2, 3] },
    dtype: 'float64',
  },
});
