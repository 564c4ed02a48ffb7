import { attr } from '../../../model/attribute.ts';
import { node, scalar } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';

const inputs = { x: [3, 4] };
const dtype = 'float64' as const;
const constants = [scalar('k', 1)];

gradientTests({
  CumSum: { nodes: [node('CumSum', 'x, k', 'y')], inputs, constants, dtype },
  'CumSum, backwards without itself': {
    nodes: [node('CumSum', 'x, k', 'y', { exclusive: attr.int(1), reverse: attr.int(1) })],
    inputs,
    constants,
    dtype,
  },
  Trilu: { nodes: [node('Trilu', 'x', 'y')], inputs, dtype },
  'Trilu, lower': { nodes: [node('Trilu', 'x, k', 'y', { upper: attr.int(0) })], inputs, constants, dtype },
});
