import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import { node, scalar } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

const dtype = 'float64' as const;
const indices = (dims: readonly number[], ...values: readonly number[]): Tensor =>
  Tensor.from('i', 'int64', dims, values);

function gather(opType: string, x: readonly number[], i: Tensor, attributes = {}): GradientCase {
  return { nodes: [node(opType, 'x, i', 'y', attributes)], inputs: { x }, constants: [i], dtype };
}

function scatter(opType: string, i: Tensor, updates: readonly number[], attributes = {}): GradientCase {
  return {
    nodes: [node(opType, 'x, i, u', 'y', attributes)],
    inputs: { x: [4, 5], u: updates },
    constants: [i],
    dtype,
  };
}

const add = { reduction: attr.string('add') };

gradientTests({
  'Gather of rows, some twice': gather('Gather', [5, 3], indices([2, 2], 1, 4, 1, -5)),
  'Gather in the middle': gather('Gather', [2, 5, 3, 2], indices([2, 3], 1, 4, 1, 0, 2, -1), { axis: attr.int(1) }),
  'Gather of one': gather('Gather', [2, 5, 3], scalar('i', -2), { axis: attr.int(1) }),
  'Gather of one, kept': gather('Gather', [2, 5, 3], indices([1], 2), { axis: attr.int(-2) }),
  GatherElements: gather('GatherElements', [3, 4], indices([3, 2], 1, 1, 0, 3, 2, 2), { axis: attr.int(1) }),
  GatherND: gather('GatherND', [3, 4, 2], indices([3, 2], 0, 1, 2, 3, 0, 1)),
  'GatherND in batches': gather('GatherND', [2, 3, 4], indices([2, 2, 1], 1, 0, 2, 2), { batch_dims: attr.int(1) }),
  ScatterND: scatter('ScatterND', indices([2, 1], 3, 0), [2, 5]),
  'ScatterND that adds': scatter('ScatterND', indices([3, 2], 3, 1, 0, 0, 3, 1), [3], add),
  ScatterElements: scatter('ScatterElements', indices([1, 5], 0, 3, 2, 1, 0), [1, 5]),
  'ScatterElements that adds': scatter('ScatterElements', indices([2, 2], 0, 3, 3, 3), [2, 2], {
    ...add,
    axis: attr.int(1),
  }),
});
