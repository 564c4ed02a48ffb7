/** Element types of tensors: the names used everywhere in Lathe, ONNX's codes, and their sizes in bits. */

import { LatheError } from '../errors.ts';

/** `TensorProto.DataType` of the ONNX IR specification, index = its numeric code. */
const names = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
  'float6e2m3',
  'float6e3m2',
] as const;

export type DataType = (typeof names)[number];

const codes = new Map<DataType, number>(names.map((name, code) => [name, code]));

const bits: Record<DataType, number> = {
  undefined: 0,
  float32: 32,
  uint8: 8,
  int8: 8,
  uint16: 16,
  int16: 16,
  int32: 32,
  int64: 64,
  string: 0,
  bool: 8,
  float16: 16,
  float64: 64,
  uint32: 32,
  uint64: 64,
  complex64: 64,
  complex128: 128,
  bfloat16: 16,
  float8e4m3fn: 8,
  float8e4m3fnuz: 8,
  float8e5m2: 8,
  float8e5m2fnuz: 8,
  uint4: 4,
  int4: 4,
  float4e2m1: 4,
  float8e8m0: 8,
  uint2: 2,
  int2: 2,
  float6e2m3: 6,
  float6e3m2: 6,
};

/** ONNX's numeric code of a type. */
export function dataTypeCode(type: DataType): number {
  return codes.get(type)!;
}

/** The type with ONNX's numeric `code`; throws `UNSUPPORTED` for a code newer than this table. */
export function dataTypeFromCode(code: number): DataType {
  const type = names[code];
  if (type === undefined) {
    throw new LatheError('UNSUPPORTED', `The model uses the tensor element type ${code}, which Lathe does not know.`, {
      fix: 'Update Lathe, or export the model with an older opset.',
    });
  }
  return type;
}

/** `false` for a code newer than this table. */
export function isDataTypeCode(code: number): boolean {
  return names[code] !== undefined;
}

/** Bits of one element; 0 for strings and `undefined`, which have no fixed size. */
export function bitsPerElement(type: DataType): number {
  return bits[type];
}

/** Bytes that `count` elements take when packed (elements below 8 bits share bytes). */
export function packedByteLength(type: DataType, count: number): number {
  return Math.ceil((count * bits[type]) / 8);
}

/** Real-valued types whose rounding is relative: float64 down to 4 bits. */
export function isFloatType(type: DataType): boolean {
  return type.startsWith('float') || type === 'bfloat16';
}

export function isIntegerType(type: DataType): boolean {
  return type.startsWith('int') || type.startsWith('uint');
}

/** Lowest and highest value of an integer type, as numbers (exact up to 53 bits). */
export function integerRange(type: DataType): { readonly min: number; readonly max: number } {
  const width = bits[type];
  if (type.startsWith('uint')) return { min: 0, max: 2 ** width - 1 };
  if (type.startsWith('int')) return { min: -(2 ** (width - 1)), max: 2 ** (width - 1) - 1 };
  throw new LatheError('INTERNAL', `${type} is not an integer type.`);
}

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  return count;
}
