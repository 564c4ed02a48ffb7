/** Two casts in a row are one when the first loses nothing. */

import { dataTypeFromCode, type DataType } from '../../../tensor/dtype.ts';
import type { Node } from '../../../model/node.ts';
import type { FoldRule } from '../rule.ts';

/** Types that hold every value of the type before. */
const exactIn: Partial<Record<DataType, readonly DataType[]>> = {
  bool: ['uint8', 'int8', 'uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float16', 'float32', 'float64'],
  uint8: ['uint16', 'int16', 'uint32', 'int32', 'uint64', 'int64', 'float16', 'float32', 'float64'],
  int8: ['int16', 'int32', 'int64', 'float16', 'float32', 'float64'],
  uint16: ['uint32', 'int32', 'uint64', 'int64', 'float32', 'float64'],
  int16: ['int32', 'int64', 'float32', 'float64'],
  uint32: ['uint64', 'int64', 'float64'],
  int32: ['int64', 'float64'],
  float16: ['float32', 'float64'],
  bfloat16: ['float32', 'float64'],
  float32: ['float64'],
};

export const castsInARow: FoldRule = {
  operators: ['Cast'],
  apply(node, scope) {
    const before = scope.producer(node.input(0));
    if (scope.opset < 6 || !before?.is('Cast')) return false;
    const source = before.input(0);
    const type = scope.dtype(source);
    if (source === undefined || type === undefined || !exactIn[type]?.includes(targetOf(before))) return false;
    scope.skip(node, before, source, 'into the Cast after it');
    return true;
  },
};

function targetOf(cast: Node): DataType {
  return dataTypeFromCode(cast.int('to', 0));
}
