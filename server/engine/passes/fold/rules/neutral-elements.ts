/** Adding 0, multiplying by 1 and the like, where the constant does not change the shape either. */

import type { Tensor } from '../../../model/tensor.ts';
import type { Dim } from '../../../model/types.ts';
import { isFloatType } from '../../../tensor/dtype.ts';
import type { FoldRule } from '../rule.ts';

/** The neutral element, and whether it may stand on either side. */
const neutral: Readonly<Record<string, { readonly value: number; readonly eitherSide: boolean }>> = {
  Add: { value: 0, eitherSide: true },
  Sub: { value: 0, eitherSide: false },
  Mul: { value: 1, eitherSide: true },
  Div: { value: 1, eitherSide: false },
  Pow: { value: 1, eitherSide: false },
};

export const neutralElements: FoldRule = {
  operators: Object.keys(neutral),
  apply(node, scope) {
    if (scope.opset < 7) return false;
    const { value, eitherSide } = neutral[node.opType]!;
    for (const side of eitherSide ? [1, 0] : [1]) {
      const data = node.input(1 - side);
      const constant = scope.known(node.input(side));
      if (data === undefined || !constant || !isAll(constant, value)) continue;
      if (!keepsShape(constant, scope.shape(data))) continue;
      return scope.bypass(node, data, `${node.opType} ${value} changes nothing`);
    }
    return false;
  },
};

function isAll(tensor: Tensor, value: number): boolean {
  if (tensor.dtype === 'string' || tensor.dtype === 'bool' || tensor.size === 0) return false;
  const values = isFloatType(tensor.dtype) ? tensor.toFloat32() : tensor.toNumbers();
  return values.every((element) => element === value);
}

/** A scalar never changes a shape; anything larger must fit into a known one. */
function keepsShape(constant: Tensor, shape: readonly Dim[] | undefined): boolean {
  const { dims } = constant;
  if (dims.length === 0) return true;
  if (!shape || dims.length > shape.length) return false;
  return dims.every((dim, i) => dim === 1 || dim === shape[shape.length - dims.length + i]);
}

