/** A tensor that flows through a running model: an input, an output or an inner value, with its numbers in memory. */

import { LatheError } from '../errors.ts';
import type { NativeArray } from './codec.ts';
import { elementCount, packedByteLength, type DataType } from './dtype.ts';
import { decodeSmallFloats, isSmallFloatType } from './float-formats.ts';

export interface TensorValue {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** One entry per element, in the array that `nativeView` gives for `dtype`; text for strings. */
  readonly data: NativeArray | readonly string[];
}

/** Inputs of one run, by name. */
export type Feeds = Readonly<Record<string, TensorValue>>;

const arrays: Partial<Record<DataType, new (length: number) => NativeArray>> = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int4: Int8Array,
  int2: Int8Array,
};

/** The kind of array that holds elements of `dtype`, one per entry; undefined for strings and complex numbers. */
export function nativeArrayOf(dtype: DataType): (new (length: number) => NativeArray) | undefined {
  if (dtype === 'string' || dtype.startsWith('complex') || dtype === 'undefined') return undefined;
  return arrays[dtype] ?? Uint8Array;
}

/** A tensor value whose array and length are checked against its type and dims; throws `INTERNAL` where they differ. */
export function tensorValue(
  dtype: DataType,
  dims: readonly number[],
  data: NativeArray | readonly string[],
): TensorValue {
  const problem = tensorValueProblem({ dtype, dims, data });
  if (problem) throw new LatheError('INTERNAL', `A tensor value ${problem}.`);
  return { dtype, dims, data };
}

/** What is wrong with `value` in itself, to follow a noun; undefined when nothing is. */
export function tensorValueProblem(value: TensorValue): string | undefined {
  const array = nativeArrayOf(value.dtype);
  const fits = array ? value.data instanceof array : value.dtype === 'string' && Array.isArray(value.data);
  if (!fits) return `of type ${value.dtype} does not come in the array for that type`;
  const count = elementCount(value.dims);
  if (value.data.length === count) return undefined;
  return `of shape [${value.dims.join(', ')}] needs ${count} elements but has ${value.data.length}`;
}

/** Bytes of the elements, packed as the runtime holds them; 0 for strings. */
export function tensorValueBytes(value: Pick<TensorValue, 'dtype' | 'dims'>): number {
  return packedByteLength(value.dtype, elementCount(value.dims));
}

/** The elements of any numeric value as float32: `value.data` itself when it is that already, so do not write to it. */
export function tensorValueFloats(value: TensorValue): Float32Array {
  const { dtype, data } = value;
  if (data instanceof Float32Array) return data;
  if (dtype === 'string') throw new LatheError('INTERNAL', 'Text has no numbers.');
  if (isSmallFloatType(dtype)) return decodeSmallFloats(dtype, data as Uint16Array);
  return Float32Array.from(data as ArrayLike<number | bigint>, Number);
}

/** "float32 [1, 3, 224, 224]", for messages. */
export function describeType(
  dtype: DataType | undefined,
  shape: readonly (number | string | null)[] | undefined,
): string {
  const dims = shape?.map((dim) => dim ?? '?').join(', ');
  return `${dtype ?? 'unknown'}${dims === undefined ? '' : ` [${dims}]`}`;
}
