/** The numbers of a tensor in ONNX's textual syntax, and in words where they are too many. */

import { LatheError } from '../../../errors.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { nativeView } from '../../../tensor/codec.ts';
import { bitsPerElement, packedByteLength, type DataType } from '../../../tensor/dtype.ts';
import { decodeSmallFloats, isSmallFloatType } from '../../../tensor/float-formats.ts';
import { bytesInWords } from '../../../util/words.ts';
import { asBuffer, decodeText } from '../text.ts';
import { elementType, float32Text, float64Text, quoted } from './words.ts';

/** How many elements of a long tensor are shown. */
const previewElements = 4;

/** The tensor's type with its shape: `float[16,3,3,3]`. */
export function tensorTypeText({ dtype, dims }: Pick<Tensor, 'dtype' | 'dims'>): string {
  return `${elementType(dtype)}${dims.length > 0 ? `[${dims.join(',')}]` : ''}`;
}

/**
 * `prim-constants` of the tensor. Floats of 16 bits and fewer are written as their bit patterns, elements below 8 bits
 * as the bytes that they share: that is what the syntax has for them. Undefined where the bytes cannot be read.
 */
export function elementsText(tensor: Tensor): string[] | undefined {
  if (tensor.dtype === 'string') return tensor.strings?.map((bytes) => quoted(decodeText(bytes)));
  return unlessUnreadable(() => numbersText(tensor.dtype, tensor.bytes(), tensor.size));
}

function unlessUnreadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    // External data that is missing, and files that are cut short.
    if (error instanceof LatheError) return undefined;
    throw error;
  }
}

function numbersText(dtype: DataType, bytes: Uint8Array, count: number): string[] {
  if (dtype === 'complex64') return numbersText('float32', bytes, count * 2);
  if (dtype === 'complex128') return numbersText('float64', bytes, count * 2);
  if (dtype === 'undefined' || dtype === 'string') return [];
  if (bitsPerElement(dtype) < 8) return Array.from(bytes.subarray(0, packedByteLength(dtype, count)), String);
  const values = nativeView(dtype, bytes, count);
  if (dtype === 'float32') return Array.from(values as Float32Array, float32Text);
  if (dtype === 'float64') return Array.from(values as Float64Array, float64Text);
  return Array.from(values as ArrayLike<number | bigint>, String);
}

/** The first elements as plain numbers: `0.12, -0.5, …`; undefined where there are none to show. */
function preview(tensor: Tensor, most: number): string | undefined {
  const { dtype, size } = tensor;
  const count = Math.min(size, most);
  const rest = size > count ? ', …' : '';
  if (dtype === 'string') {
    const words = tensor.strings?.slice(0, count).map((bytes) => quoted(asBuffer(bytes).toString('utf8').slice(0, 20)));
    return words && words.length > 0 ? `${words.join(', ')}${rest}` : undefined;
  }
  if (count === 0 || dtype === 'undefined' || dtype.startsWith('complex')) return undefined;
  const values = unlessUnreadable(() => {
    const bytes = tensor.storage.read(0, packedByteLength(dtype, count));
    return nativeView(dtype, bytes, count);
  });
  if (!values) return undefined;
  const numbers: ArrayLike<number | bigint> = isSmallFloatType(dtype)
    ? decodeSmallFloats(dtype, values as Uint16Array)
    : values;
  const texts = Array.from(numbers, (number) => (typeof number === 'bigint' ? String(number) : roundedText(number)));
  return `${texts.join(', ')}${rest}`;
}

function roundedText(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : float64Text(value);
}

/** `9,408 values, 37.6 kB: 0.12, -0.5, …`. */
export function inWords(tensor: Tensor): string {
  const shown = preview(tensor, previewElements);
  const count = `${tensor.size.toLocaleString('en-US')} ${tensor.size === 1 ? 'value' : 'values'}`;
  return `${count}, ${bytesInWords(tensor.byteLength)}${shown === undefined ? '' : `: ${shown}`}`;
}

/** What bit patterns stand for: `= 1, 0.5`; undefined for types that are written as their numbers. */
export function meaningOf(tensor: Tensor): string | undefined {
  const { dtype } = tensor;
  if (!isSmallFloatType(dtype) && bitsPerElement(dtype) >= 8) return undefined;
  const shown = dtype === 'string' ? undefined : preview(tensor, 16);
  return shown === undefined ? undefined : `= ${shown}`;
}

/** `["location": "weights.bin", …]` of a tensor in another file. */
export function externalText({ storage, byteLength }: Tensor): string[] | undefined {
  const { external } = storage;
  if (!external) return undefined;
  const offset = 'offset' in external && typeof external.offset === 'number' ? external.offset : 0;
  const entries: [string, string][] = [['location', external.location], ['offset', String(offset)],
    ['length', String(byteLength)]];
  return entries.map(([key, value]) => `${quoted(key)}: ${quoted(value)}`);
}

