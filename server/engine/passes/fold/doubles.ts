/** Constants in double precision and back: weights are multiplied exactly and rounded once. */

import { Tensor } from '../../model/tensor.ts';
import type { DataType } from '../../tensor/dtype.ts';

const computedTypes = new Set<DataType>(['float16', 'bfloat16', 'float32', 'float64']);

/** `true` for the types that layers compute in; 8-bit floats are storage. */
export function isComputedType(dtype: DataType): boolean {
  return computedTypes.has(dtype);
}

/** The elements as doubles; undefined for other types than floats that layers compute in. */
export function doubles(tensor: Tensor): Float64Array | undefined {
  if (!isComputedType(tensor.dtype)) return undefined;
  return Float64Array.from(tensor.dtype === 'float64' ? (tensor.values() as Float64Array) : tensor.toFloat32());
}

/** Numbers as a tensor of type `dtype`; undefined when one does not fit. */
export function rounded(
  name: string,
  dtype: DataType,
  dims: readonly number[],
  values: Float64Array,
): Tensor | undefined {
  const tensor = Tensor.from(name, dtype, dims, values);
  return doubles(tensor)?.every(Number.isFinite) ? tensor : undefined;
}
