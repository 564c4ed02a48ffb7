/** Makes the rows of an array fit an input: element type, missing or extra axes of length 1, order of the channels. */

import { LatheError } from '../../errors.ts';
import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { elementCount, isFloatType, type DataType } from '../../tensor/dtype.ts';
import { describeType, tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import type { Dim } from '../../model/types.ts';
import type { ModelInput } from '../dataset.ts';

/** The elements in another type: rounded, and integers held to the type's range. */
export function convertValue(value: TensorValue, dtype: DataType): TensorValue {
  if (value.dtype === dtype) return value;
  const numbers = value.data instanceof BigInt64Array || value.data instanceof BigUint64Array
    ? Float64Array.from(value.data as ArrayLike<bigint>, Number)
    : value.dtype === 'float64' ? value.data as Float64Array : tensorValueFloats(value);
  return { dtype, dims: value.dims, data: nativeView(dtype, fromNumbers(dtype, numbers), numbers.length) };
}

/** How samples are cut from an array: `rows` of its first axis each, given the shape `dims` (with the batch axis). */
export interface Cut {
  readonly rows: number;
  readonly dims: readonly number[];
  /** Pictures as [height, width, channels] that the input wants channels first. */
  readonly channelsFirst: boolean;
}

const matches = (dims: readonly number[], shape: readonly Dim[]): boolean =>
  dims.length === shape.length && shape.every((dim, i) => typeof dim !== 'number' || dim === dims[i]);

/**
 * @throws LatheError `DATA` when no reading of the array's shape fits
 */
export function cutFor(array: TensorValue, input: ModelInput): Cut {
  const [, ...row] = array.dims;
  const { shape } = input;
  const batched = [1, ...row];
  if (shape === undefined) return { rows: 1, dims: batched, channelsFirst: false };
  if (matches(batched, [1, ...shape.slice(1)]) && shape.length > 0) {
    const rows = typeof shape[0] === 'number' ? shape[0] : 1;
    return { rows, dims: [rows, ...row], channelsFirst: false };
  }
  // An input without a batch axis.
  if (matches(row, shape)) return { rows: 1, dims: row, channelsFirst: false };
  const fixed = shape.map((dim, i) => (i === 0 && typeof dim !== 'number' ? 1 : dim));
  if (fixed.every((dim) => typeof dim === 'number')) {
    if (row.length === 3 && fixed.length >= 3) {
      const [height, width, channels] = row;
      const [c, h, w] = fixed.slice(-3);
      const same = c === channels && h === height && w === width;
      if (same && channels !== height && fixed[0] === 1) return { rows: 1, dims: fixed, channelsFirst: true };
    }
    if (elementCount(fixed) === elementCount(row) && sameBesidesOnes(fixed, row)) {
      return { rows: 1, dims: fixed, channelsFirst: false };
    }
  }
  throw new LatheError(
    'DATA',
    `Samples of shape [${row.join(', ')}] do not fit the input "${input.name}", ${describeType(input.dtype, shape)}.`,
    {
      detail: `the array has the shape [${array.dims.join(', ')}]`,
      fix: 'The first axis of an array counts the samples.',
    },
  );
}

function sameBesidesOnes(a: readonly number[], b: readonly number[]): boolean {
  const without = (dims: readonly number[]): string => dims.filter((dim) => dim !== 1).join();
  return without(a) === without(b);
}

/** Sample `index` of an array. The numbers may be a view of the array's. */
export function sampleOf(array: TensorValue, cut: Cut, index: number): TensorValue {
  const size = elementCount(array.dims.slice(1)) * cut.rows;
  const data = array.data.slice(index * size, (index + 1) * size);
  if (!cut.channelsFirst || typeof data[0] === 'string') return { dtype: array.dtype, dims: cut.dims, data };
  const [channels, height, width] = cut.dims.slice(-3);
  const pixels = height! * width!;
  const from = data as Float32Array;
  const out = from.slice();
  for (let c = 0; c < channels!; c++) {
    for (let i = 0; i < pixels; i++) out[c * pixels + i] = from[i * channels! + c]!;
  }
  return { dtype: array.dtype, dims: cut.dims, data: out };
}

/** A warning when numbers of `from` lose their meaning as `to`: fractions to integers. */
export function lossyConversion(from: DataType, to: DataType): boolean {
  return isFloatType(from) && !isFloatType(to);
}
