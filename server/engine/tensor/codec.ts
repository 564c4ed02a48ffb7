/**
 * Raw tensor bytes (little-endian, elements below 8 bits packed low bits first: the layout of ONNX's `raw_data`) to
 * and from typed arrays.
 */

import { LatheError } from '../errors.ts';
import { bitsPerElement, integerRange, isIntegerType, packedByteLength, type DataType } from './dtype.ts';
import { decodeSmallFloats, encodeSmallFloats, isSmallFloatType } from './float-formats.ts';

export type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

export type NativeArray = NumberArray | BigInt64Array | BigUint64Array;

/** The bytes of any typed array, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** `bytes` itself when it starts at a multiple of `alignment`, else a copy that does. */
function aligned(bytes: Uint8Array, alignment: number): Uint8Array {
  // Not `slice`: on a Node Buffer that gives a view with the same offset.
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}

function view<T>(
  bytes: Uint8Array,
  make: (buffer: ArrayBufferLike, offset: number, length: number) => T,
  size: number,
): T {
  const source = aligned(bytes, size);
  return make(source.buffer, source.byteOffset, Math.floor(source.byteLength / size));
}

/**
 * The elements as the typed array that JavaScript has for `type`; one entry per element. Bool and 8-bit floats come as
 * Uint8Array, 16-bit floats as their bit patterns in Uint16Array, types below 8 bits unpacked to 8 bits. A view of
 * `bytes` where the type allows, so do not write to it.
 */
export function nativeView(type: DataType, bytes: Uint8Array, count: number): NativeArray {
  if (bytes.byteLength < packedByteLength(type, count)) {
    throw new LatheError('MODEL_FORMAT', `A ${type} tensor of ${count} elements has only ${bytes.byteLength} bytes.`);
  }
  const exact = bytes.subarray(0, packedByteLength(type, count));
  switch (type) {
    case 'float32':
      return view(exact, (b, o, n) => new Float32Array(b, o, n), 4);
    case 'float64':
      return view(exact, (b, o, n) => new Float64Array(b, o, n), 8);
    case 'int8':
      return view(exact, (b, o, n) => new Int8Array(b, o, n), 1);
    case 'uint8':
    case 'bool':
    case 'float8e4m3fn':
    case 'float8e4m3fnuz':
    case 'float8e5m2':
    case 'float8e5m2fnuz':
    case 'float8e8m0':
      return bytesOf(exact);
    case 'int16':
      return view(exact, (b, o, n) => new Int16Array(b, o, n), 2);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return view(exact, (b, o, n) => new Uint16Array(b, o, n), 2);
    case 'int32':
      return view(exact, (b, o, n) => new Int32Array(b, o, n), 4);
    case 'uint32':
      return view(exact, (b, o, n) => new Uint32Array(b, o, n), 4);
    case 'int64':
      return view(exact, (b, o, n) => new BigInt64Array(b, o, n), 8);
    case 'uint64':
      return view(exact, (b, o, n) => new BigUint64Array(b, o, n), 8);
    case 'int4':
    case 'uint4':
    case 'float4e2m1':
    case 'int2':
    case 'uint2':
    case 'float6e2m3':
    case 'float6e3m2':
      return unpackSubByte(type, exact, count);
    case 'undefined':
    case 'string':
    case 'complex64':
    case 'complex128':
      throw new LatheError('UNSUPPORTED', `Tensors of type ${type} have no plain numbers.`);
  }
}

/** Elements of 2, 4 or 6 bits, one per entry: signed integers in an Int8Array, others in a Uint8Array. */
export function unpackSubByte(type: DataType, bytes: Uint8Array, count: number): Int8Array | Uint8Array {
  const width = bitsPerElement(type);
  const mask = (1 << width) - 1;
  const signBit = 1 << (width - 1);
  const signed = type.startsWith('int');
  const out = signed ? new Int8Array(count) : new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = i * width;
    const byte = Math.floor(bit / 8);
    const shift = bit % 8;
    // Only elements of 6 bits reach into the next byte.
    const pair = shift + width > 8 ? bytes[byte]! | (bytes[byte + 1]! << 8) : bytes[byte]!;
    const code = (pair >> shift) & mask;
    out[i] = signed && code & signBit ? code - (mask + 1) : code;
  }
  return out;
}

/** The inverse of `unpackSubByte`: packs the low bits of each entry, low bits first. */
export function packSubByte(type: DataType, values: ArrayLike<number>): Uint8Array {
  const width = bitsPerElement(type);
  const mask = (1 << width) - 1;
  const out = new Uint8Array(packedByteLength(type, values.length));
  for (let i = 0; i < values.length; i++) {
    const bit = i * width;
    const byte = Math.floor(bit / 8);
    const shifted = (values[i]! & mask) << (bit % 8);
    out[byte] = out[byte]! | shifted;
    if (shifted > 0xff) out[byte + 1] = out[byte + 1]! | (shifted >> 8);
  }
  return out;
}

/** Any numeric tensor's elements as float32 (a view when they already are). 64-bit integers lose what float32 loses. */
export function toFloat32(type: DataType, bytes: Uint8Array, count: number): Float32Array {
  const native = nativeView(type, bytes, count);
  if (native instanceof Float32Array) return native;
  if (isSmallFloatType(type)) return decodeSmallFloats(type, native as Uint16Array);
  if (native instanceof BigInt64Array || native instanceof BigUint64Array) {
    return Float32Array.from(native as ArrayLike<bigint>, Number);
  }
  return Float32Array.from(native);
}

/**
 * Numbers as raw bytes of `type`: floats round to nearest even, integers round half to even and saturate. May be a view
 * of `values`.
 */
export function fromNumbers(type: DataType, values: ArrayLike<number>): Uint8Array {
  if (type === 'float32') return bytesOf(values instanceof Float32Array ? values : Float32Array.from(values));
  if (type === 'float64') return bytesOf(Float64Array.from(values));
  if (isSmallFloatType(type)) {
    const codes = encodeSmallFloats(type, values);
    if (bitsPerElement(type) < 8) return packSubByte(type, codes);
    return bitsPerElement(type) === 16 ? bytesOf(codes) : Uint8Array.from(codes);
  }
  if (type === 'bool') return Uint8Array.from(values, (v) => (v ? 1 : 0));
  if (type === 'int64') return bytesOf(BigInt64Array.from(values, (v) => saturated64(v, -(2n ** 63n), 2n ** 63n - 1n)));
  if (type === 'uint64') return bytesOf(BigUint64Array.from(values, (v) => saturated64(v, 0n, 2n ** 64n - 1n)));
  if (isIntegerType(type)) return integersToBytes(type, values);
  throw new LatheError('UNSUPPORTED', `Numbers cannot be written as ${type}.`);
}

/** As a 64-bit integer within its range; NaN becomes 0, as it does in the typed arrays of smaller integers. */
function saturated64(value: number, min: bigint, max: bigint): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= Number(max)) return max;
  if (value <= Number(min)) return min;
  return BigInt(roundHalfEven(value));
}

function integersToBytes(type: DataType, values: ArrayLike<number>): Uint8Array {
  const { min, max } = integerRange(type);
  const saturated = (v: number): number => Math.min(max, Math.max(min, roundHalfEven(v)));
  switch (type) {
    case 'int8':
      return bytesOf(Int8Array.from(values, saturated));
    case 'uint8':
      return Uint8Array.from(values, saturated);
    case 'int16':
      return bytesOf(Int16Array.from(values, saturated));
    case 'uint16':
      return bytesOf(Uint16Array.from(values, saturated));
    case 'int32':
      return bytesOf(Int32Array.from(values, saturated));
    case 'uint32':
      return bytesOf(Uint32Array.from(values, saturated));
    default:
      return packSubByte(type, Int8Array.from(values, saturated));
  }
}

/** Rounding to nearest, ties to even: what QuantizeLinear does (ONNX specification, QuantizeLinear). */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
