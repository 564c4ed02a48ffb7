import { expect, it } from 'vitest';
import { attr } from '../../../model/attribute.ts';
import { ints, node, scalar } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';
import { paddedSources } from './joining.ts';

const dtype = 'float64' as const;
const x = [2, 5, 7];

/** Ends beyond the last element, and before the first, mean "to the end". */
function slice(lists: Record<'starts' | 'ends' | 'axes' | 'steps', readonly number[]>): GradientCase {
  const constants = Object.entries(lists).map(([name, values]) => ints(name, ...values));
  return { nodes: [node('Slice', 'x, starts, ends, axes, steps', 'y')], inputs: { x }, constants, dtype };
}

function pad(mode: string, pads: readonly number[], axes?: readonly number[]): GradientCase {
  return {
    nodes: [node('Pad', axes ? 'x, pads, , axes' : 'x, pads', 'y', { mode: attr.string(mode) })],
    inputs: { x },
    constants: [ints('pads', ...pads), ...(axes ? [ints('axes', ...axes)] : [])],
    dtype,
  };
}

gradientTests({
  Concat: {
    nodes: [node('Concat', 'a, b, a', 'y', { axis: attr.int(-2) })],
    inputs: { a: [2, 1, 3], b: [2, 4, 3] },
    dtype,
  },
  'Split in equal parts': {
    nodes: [node('Split', 'x', 'p, q, r', { axis: attr.int(1), num_outputs: attr.int(3) }), node('Mul', 'p, q', 'y')],
    inputs: { x: [2, 6, 3] },
    dtype,
  },
  'Split, with a part that goes nowhere': {
    nodes: [node('Split', 'x, sizes', 'p, q', { axis: attr.int(-1) }), node('Mul', 'q, q', 'y')],
    inputs: { x },
    constants: [ints('sizes', 3, 4)],
    dtype,
  },
  Slice: slice({ starts: [1, 2], ends: [4, 2 ** 40], axes: [1, -1], steps: [1, 1] }),
  'Slice in steps': slice({ starts: [0, 1], ends: [5, 7], axes: [1, 2], steps: [2, 3] }),
  'Slice with fewer left than a step': slice({ starts: [-4, 0], ends: [-1, 100], axes: [1, 2], steps: [2, 4] }),
  'Slice backwards': slice({ starts: [-1, 5], ends: [-100, 1], axes: [1, 2], steps: [-1, -2] }),
  'Slice of all axes from the left': {
    nodes: [node('Slice', 'x, starts, ends', 'y')],
    inputs: { x },
    constants: [ints('starts', 1, 0, 3), ints('ends', 2, -1, 5)],
    dtype,
  },
  'Pad by a constant': pad('constant', [0, 1, 2, 0, 3, 0]),
  'Pad that cuts off': pad('constant', [0, -1, 2, 0, 1, -3]),
  'Pad of some axes': pad('constant', [2, 1, 0, 3], [-1, 1]),
  'Pad by reflection': pad('reflect', [0, 2, 4, 0, 1, 3]),
  'Pad by the edge': pad('edge', [0, 2, 1, 0, 0, 3]),
  'Pad by wrapping': pad('wrap', [0, 2, 1, 0, 0, 3]),
  'Pad by a value that is learned': {
    nodes: [node('Pad', 'x, pads, v', 'z'), node('Mul', 'z, z', 'y')],
    inputs: { x: [2, 2] },
    constants: [ints('pads', 1, 0, 0, 1), scalar('v', 3, 'float64')],
    dtype,
  },
});

it('reflection beyond the other end goes on the way it came', () => {
  expect(paddedSources(3, 5, 1, 'reflect')).toEqual([1, 0, 1, 2, 1, 0, 1, 2, 1]);
  expect(paddedSources(1, 2, 1, 'reflect')).toEqual([0, 0, 0, 0]);
});
