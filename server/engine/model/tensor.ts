/** A constant tensor of a model: immutable, its numbers read from memory or from a file only when asked for. */

import { bytesOf, fromNumbers, nativeView, toFloat32, type NativeArray } from '../tensor/codec.ts';
import { elementCount, packedByteLength, type DataType } from '../tensor/dtype.ts';
import { isSmallFloatType } from '../tensor/float-formats.ts';
import { LatheError } from '../errors.ts';

/** Where a tensor's raw bytes are: little-endian, packed, as in ONNX's `raw_data`. */
export interface TensorStorage {
  readonly byteLength: number;
  /** Bytes [start, end); the whole by default. The result may be a view: do not write to it. */
  read(start?: number, end?: number): Uint8Array;
  /** Set when the bytes are in a file: lets the writer and the viewer say where, and stream them. */
  readonly file?: { readonly path: string; readonly offset: number } | undefined;
  /** Set when the tensor came from ONNX external data: the location as the model file names it. */
  readonly external?: { readonly location: string };
}

/** Raw bytes already in memory. */
export function memoryStorage(bytes: Uint8Array): TensorStorage {
  return {
    byteLength: bytes.byteLength,
    read: (start = 0, end = bytes.byteLength) => bytes.subarray(start, end),
  };
}

export interface TensorFields {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly storage: TensorStorage;
  /** The elements of a `string` tensor, as UTF-8 bytes; others have none. */
  readonly strings?: readonly Uint8Array[];
  readonly docString?: string;
  readonly metadata?: ReadonlyMap<string, string>;
  /** Protobuf fields that Lathe does not know, kept for writing back. */
  readonly unknown?: readonly Uint8Array[];
}

export class Tensor {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly storage: TensorStorage;
  readonly strings: readonly Uint8Array[] | undefined;
  readonly docString: string | undefined;
  readonly metadata: ReadonlyMap<string, string> | undefined;
  readonly unknown: readonly Uint8Array[] | undefined;

  constructor(fields: TensorFields) {
    this.name = fields.name;
    this.dtype = fields.dtype;
    this.dims = fields.dims;
    this.storage = fields.storage;
    this.strings = fields.strings;
    this.docString = fields.docString;
    this.metadata = fields.metadata;
    this.unknown = fields.unknown;
  }

  /** Number of elements; 1 for a scalar. */
  get size(): number {
    return elementCount(this.dims);
  }

  /** Bytes of the numbers, wherever they are stored. */
  get byteLength(): number {
    return this.dtype === 'string'
      ? this.strings!.reduce((sum, s) => sum + s.byteLength, 0)
      : packedByteLength(this.dtype, this.size);
  }

  /** Raw little-endian bytes; may be a view, so do not write to it. */
  bytes(): Uint8Array {
    const bytes = this.storage.read();
    if (bytes.byteLength < packedByteLength(this.dtype, this.size)) {
      throw new LatheError(
        'MODEL_FORMAT',
        `Tensor "${this.name}" of shape [${this.dims.join(', ')}] (${this.dtype}) needs ` +
          `${packedByteLength(this.dtype, this.size)} bytes but has ${bytes.byteLength}.`,
        { at: { value: this.name } },
      );
    }
    return bytes;
  }

  /** The elements in the typed array of the type (see `nativeView`); may be a view. */
  values(): NativeArray {
    return nativeView(this.dtype, this.bytes(), this.size);
  }

  /** The elements of any numeric type as float32; may be a view. */
  toFloat32(): Float32Array {
    return toFloat32(this.dtype, this.bytes(), this.size);
  }

  /** The elements of any numeric type as plain numbers: for shapes, axes and other short tensors. */
  toNumbers(): number[] {
    const values = isSmallFloatType(this.dtype) ? this.toFloat32() : this.values();
    return Array.from(values as ArrayLike<number | bigint>, Number);
  }

  withName(name: string): Tensor {
    return name === this.name ? this : new Tensor({ ...this.fields(), name });
  }

  /** The same numbers under another shape of as many elements. */
  withDims(dims: readonly number[]): Tensor {
    return new Tensor({ ...this.fields(), dims });
  }

  private fields(): TensorFields {
    return {
      name: this.name,
      dtype: this.dtype,
      dims: this.dims,
      storage: this.storage,
      ...(this.strings && { strings: this.strings }),
      ...(this.docString !== undefined && { docString: this.docString }),
      ...(this.metadata && { metadata: this.metadata }),
      ...(this.unknown && { unknown: this.unknown }),
    };
  }

  /** A tensor from plain numbers, rounded to `dtype`. */
  static from(name: string, dtype: DataType, dims: readonly number[], values: ArrayLike<number>): Tensor {
    if (values.length !== elementCount(dims)) {
      throw new LatheError('INTERNAL', `${values.length} values for the shape [${dims.join(', ')}] of "${name}".`);
    }
    return new Tensor({ name, dtype, dims, storage: memoryStorage(fromNumbers(dtype, values)) });
  }

  /** A tensor over existing raw bytes (no copy). */
  static fromBytes(name: string, dtype: DataType, dims: readonly number[], bytes: ArrayBufferView): Tensor {
    return new Tensor({ name, dtype, dims, storage: memoryStorage(bytesOf(bytes)) });
  }
}

/** ONNX `SparseTensorProto`: the non-zero values of a tensor of shape `dims`, and where they are. */
export interface SparseTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** [nonZeros] */
  readonly values: Tensor;
  /** int64, [nonZeros] linear or [nonZeros, rank] coordinates. */
  readonly indices: Tensor;
  readonly unknown?: readonly Uint8Array[];
}
