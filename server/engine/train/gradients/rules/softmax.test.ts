import { attr } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';

const inputs = { x: [2, 3, 4] };
const dtype = 'float64' as const;

gradientTests(
  Object.fromEntries(
    ['Softmax', 'LogSoftmax'].flatMap((opType) =>
      [undefined, 1, -2].map((axis) => {
        const attributes = axis === undefined ? {} : { axis: attr.int(axis) };
        return [`${opType} axis ${axis ?? 'last'}`, { nodes: [node(opType, 'x', 'y', attributes)], inputs, dtype }];
      }),
    ),
  ),
);
