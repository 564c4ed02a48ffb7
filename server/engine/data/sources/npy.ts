/**
 * NumPy's array files: `.npy` (format 1.0 to 3.0, as numpy.lib.format documents it) and `.npz`, a zip archive of them.
 */

import { unzipSync } from 'fflate';
import { LatheError, messageOf } from '../../errors.ts';
import { nativeView, type NativeArray } from '../../tensor/codec.ts';
import { elementCount, type DataType } from '../../tensor/dtype.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';

/** NumPy's type codes (kind and bytes of an element) and the element types they stand for. */
const types: Readonly<Record<string, DataType>> = {
  b1: 'bool', i1: 'int8', i2: 'int16', i4: 'int32', i8: 'int64', u1: 'uint8', u2: 'uint16', u4: 'uint32', u8: 'uint64',
  f2: 'float16', f4: 'float32', f8: 'float64',
};

function broken(what: string, fix?: string): LatheError {
  return new LatheError('DATA', `${what}.`, fix === undefined ? {} : { fix });
}

interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly dims: readonly number[];
  /** Where the elements start. */
  readonly offset: number;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) throw broken(`"${name}" is not a NumPy array`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! >= 2;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const text = new TextDecoder('utf-8').decode(bytes.subarray(start, end));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1];
  if (descr === undefined && /'descr'\s*:\s*\[/.test(text)) {
    throw broken(`The array "${name}" has records of several fields`, 'Save each field as an array of its own.');
  }
  if (end > bytes.length || descr === undefined || order === undefined || shape === undefined) {
    throw broken(`The header of the array "${name}" is damaged`);
  }
  const dims = shape.split(',').map((dim) => dim.trim().replace(/L$/, '')).filter((dim) => dim !== '').map(Number);
  if (dims.some((dim) => !Number.isSafeInteger(dim) || dim < 0)) {
    throw broken(`The header of the array "${name}" is damaged`);
  }
  return { descr, fortranOrder: order === 'True', dims, offset: end };
}

/**
 * @param name stands for the array in messages
 * @throws LatheError `DATA`
 */
export function parseNpy(bytes: Uint8Array, name: string): TensorValue {
  const header = readHeader(bytes, name);
  const { descr, dims, offset } = header;
  const order = descr.charAt(0);
  const code = descr.slice(1);
  const count = elementCount(dims);
  const width = Number(code.slice(1)) * (code.startsWith('U') ? 4 : 1);
  const size = count * width;
  if (code === 'O' || code.startsWith('O')) {
    throw broken(`The array "${name}" holds Python objects`, 'Save it with a plain dtype, such as float32 or int64.');
  }
  const dtype = code.startsWith('U') || code.startsWith('S') ? 'string' : types[code];
  if (dtype === undefined) {
    throw broken(`The array "${name}" has the NumPy type "${descr}", which Lathe does not read`, 'Save it as float32.');
  }
  if (bytes.length - offset < size) throw broken(`The array "${name}" is cut off: it needs ${size} bytes`);
  const raw = bytes.subarray(offset, offset + size);
  const inOrder = order === '>' && width > 1 ? swapped(raw, code.startsWith('U') ? 4 : width) : raw;
  const data = dtype === 'string'
    ? textElements(inOrder, code.charAt(0), count, width)
    : nativeView(dtype, inOrder, count);
  return { dtype, dims, data: header.fortranOrder && dims.length > 1 ? rowMajor(data, dims) : data };
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i += width) {
    for (let j = 0; j < width; j++) out[i + j] = bytes[i + width - 1 - j]!;
  }
  return out;
}

/** Fixed-width texts, filled up with zeros: UTF-32 ('U') or bytes ('S'). */
function textElements(bytes: Uint8Array, kind: string, count: number, width: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: count }, (_, i) => {
    if (kind === 'S') {
      const element = bytes.subarray(i * width, (i + 1) * width);
      return new TextDecoder('utf-8').decode(element).replace(/\0+$/, '');
    }
    let text = '';
    for (let at = i * width; at < (i + 1) * width; at += 4) {
      const point = view.getUint32(at, true);
      if (point > 0) text += String.fromCodePoint(point);
    }
    return text;
  });
}

/** Column-major elements in row-major order. */
function rowMajor<T extends NativeArray | string[]>(data: T, dims: readonly number[]): T {
  const out = data.slice() as T;
  const strides: number[] = [];
  let stride = 1;
  for (const dim of dims) {
    strides.push(stride);
    stride *= dim;
  }
  const index = new Array<number>(dims.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    (out as unknown[])[to] = data[from];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      const next = index[axis]! + 1;
      index[axis] = next;
      if (next < dims[axis]!) break;
      from -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * The arrays of an archive, by name.
 *
 * @throws LatheError `DATA`
 */
export function parseNpz(bytes: Uint8Array, path: string): ReadonlyMap<string, TensorValue> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, { filter: ({ name }) => name.endsWith('.npy') });
  } catch (error) {
    throw new LatheError('DATA', `"${path}" is not a .npz archive, or a damaged one.`, {
      detail: messageOf(error), fix: 'Write it again with numpy.savez.', at: { file: path },
    });
  }
  return new Map(Object.entries(files).map(([file, content]) => {
    const name = file.slice(0, -'.npy'.length);
    return [name, parseNpy(content, name)];
  }));
}
