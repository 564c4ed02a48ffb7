/**
 * The numbers of a `TensorProto`, wherever it keeps them, as the packed little-endian bytes of `raw_data`.
 *
 * `float_data` and `double_data` are those bytes already. Elements of the integer fields are varints and are converted
 * when they are asked for. What an element of `int32_data` holds follows the comments of `onnx.proto`: the number or
 * bit pattern for types of 6 bits and more, one byte of two or four packed elements for 4- and 2-bit types.
 */

import { LatheError } from '../../errors.ts';
import type { TensorStorage } from '../../model/tensor.ts';
import { packSubByte } from '../../tensor/codec.ts';
import { bitsPerElement, packedByteLength, type DataType } from '../../tensor/dtype.ts';
import type { TensorProto } from './messages.ts';
import { FieldData } from './field-data.ts';
import type { Payload } from './schema.ts';

type DataKey = 'floatData' | 'doubleData' | 'int32Data' | 'int64Data' | 'uint64Data';

/** The typed field that holds elements of `type`. */
function dataKey(type: DataType): DataKey {
  switch (type) {
    case 'float32':
    case 'complex64':
      return 'floatData';
    case 'float64':
    case 'complex128':
      return 'doubleData';
    case 'int64':
      return 'int64Data';
    case 'uint32':
    case 'uint64':
      return 'uint64Data';
    default:
      return 'int32Data';
  }
}

/** What a tensor says that needs the `byteLength` bytes of its shape but brings others. */
function wrongLength(label: string, needed: number, present: string): LatheError {
  return new LatheError('MODEL_FORMAT', `${label} needs ${needed} bytes of numbers but has ${present}.`, {
    fix: 'Export or download the model again.',
  });
}

/**
 * Storage of a tensor inside the file. `label` names it in messages. Throws `MODEL_FORMAT` when the numbers cannot be
 * those of `count` elements, as far as the lengths tell; a segmented tensor may hold any part.
 */
export function tensorStorage(
  proto: TensorProto,
  type: DataType,
  count: number,
  label: string,
  segmented: boolean,
): TensorStorage {
  const needed = packedByteLength(type, count);
  if (proto.rawData) return plainStorage(proto.rawData, needed, label, segmented);
  const data = proto[dataKey(type)];
  if (!data) {
    if (needed === 0) return plainStorage(new FieldData(), 0, label, segmented);
    throw wrongLength(label, needed, 'none');
  }
  if (type === 'float32' || type === 'float64' || type.startsWith('complex')) {
    return plainStorage(data, needed, label, segmented);
  }
  if (segmented) return new VarintStorage(data, type, countVarints(data.read()), label);
  const elements = isPackedField(type) ? needed : count;
  // A varint takes 1 to 10 bytes: the exact number of elements is only known once they are read.
  if (data.byteLength < elements || data.byteLength > 10 * elements) {
    throw wrongLength(label, needed, `${data.byteLength} bytes for ${elements} encoded numbers`);
  }
  return new VarintStorage(data, type, elements, label);
}

function plainStorage(data: Payload, needed: number, label: string, segmented: boolean): TensorStorage {
  if (data.byteLength !== needed && !segmented) throw wrongLength(label, needed, String(data.byteLength));
  const file = data instanceof FieldData ? data.file : undefined;
  return {
    byteLength: data.byteLength,
    read: (start, end) => data.read(start, end),
    ...(file && { file }),
  };
}

/** Types whose entries in `int32_data` are bytes of packed elements. */
function isPackedField(type: DataType): boolean {
  return bitsPerElement(type) === 4 || bitsPerElement(type) === 2;
}

/** Numbers of an integer field, converted at the first read and again after the memory was needed elsewhere. */
export class VarintStorage implements TensorStorage {
  readonly byteLength: number;
  /** The varints, as they are in the file. */
  readonly data: Payload;
  private readonly type: DataType;
  private readonly entries: number;
  private readonly label: string;
  private converted: WeakRef<Uint8Array> | undefined;

  /** `entries` of the field: elements, or bytes of several elements. */
  constructor(data: Payload, type: DataType, entries: number, label: string) {
    this.byteLength = isPackedField(type) ? entries : packedByteLength(type, entries);
    this.data = data;
    this.type = type;
    this.entries = entries;
    this.label = label;
  }

  read(start = 0, end = this.byteLength): Uint8Array {
    let bytes = this.converted?.deref();
    if (!bytes) {
      bytes = this.convert();
      this.converted = new WeakRef(bytes);
    }
    return bytes.subarray(start, end);
  }

  private convert(): Uint8Array {
    const encoded = this.data.read();
    const bits = bitsPerElement(this.type);
    // Any number but 0 is true.
    const width = this.type === 'bool' ? 4 : Math.ceil(bits / 8);
    const found = countVarints(encoded);
    if (found !== this.entries) {
      throw wrongLength(this.label, this.byteLength, `${found} of ${this.entries} encoded numbers`);
    }
    const out = new Uint8Array(found * width);
    decodeVarints(encoded, out, width);
    if (bits === 6) return packSubByte(this.type, out);
    if (this.type === 'bool') return Uint8Array.from(new Int32Array(out.buffer), (value) => (value === 0 ? 0 : 1));
    return out;
  }
}

/** How many varints there are: each ends with a byte below 128. */
function countVarints(encoded: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < encoded.length; i++) if (encoded[i]! < 0x80) count += 1;
  return count;
}

/** Decodes varints to `width` bytes each, little-endian, keeping the low bytes. */
function decodeVarints(encoded: Uint8Array, out: Uint8Array, width: number): void {
  let position = 0;
  for (let base = 0; base < out.length; base += width) {
    let low = 0;
    let high = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = encoded[position]!;
      position += 1;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 64) high |= bits << (shift - 32);
      shift += 7;
    } while (byte >= 0x80);
    for (let i = 0; i < width; i++) out[base + i] = i < 4 ? low >>> (8 * i) : high >>> (8 * (i - 4));
  }
}
