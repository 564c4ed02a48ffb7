/** Types of values that flow along the edges of a graph: ONNX's `TypeProto` and `ValueInfoProto`. */

import type { DataType } from '../tensor/dtype.ts';

/** A known length, a symbol such as `batch`, or `null` for unknown. */
export type Dim = number | string | null;

export interface TensorType {
  readonly kind: 'tensor' | 'sparse-tensor';
  readonly dtype: DataType;
  /** Absent: even the rank is unknown. */
  readonly shape?: readonly Dim[];
  /** ONNX dimension denotations (`DATA_BATCH`, …), index by index; mostly absent. */
  readonly dimDenotations?: readonly (string | undefined)[];
  readonly denotation?: string;
  /** Protobuf fields that Lathe does not know, kept for writing back. */
  readonly unknown?: readonly Uint8Array[];
}

interface Carried {
  readonly denotation?: string;
  readonly unknown?: readonly Uint8Array[];
}

export type ValueType =
  | TensorType
  | (Carried & { readonly kind: 'sequence' | 'optional'; readonly element: ValueType })
  | (Carried & { readonly kind: 'map'; readonly key: DataType; readonly value: ValueType })
  /** Kinds that Lathe only carries along (`opaque`, future ones): the encoded message. */
  | { readonly kind: 'other'; readonly encoded: Uint8Array; readonly denotation?: string };

export interface ValueInfo {
  readonly name: string;
  /** Absent on values that a model declares without a type. */
  readonly type?: ValueType;
  readonly docString?: string;
  readonly metadata?: ReadonlyMap<string, string>;
  readonly unknown?: readonly Uint8Array[];
}

/** The tensor type of a value, when it is one. */
export function tensorType(info: ValueInfo | undefined): TensorType | undefined {
  return info?.type?.kind === 'tensor' ? info.type : undefined;
}

/** A value info of a dense tensor. */
export function tensorInfo(name: string, dtype: DataType, shape?: readonly Dim[]): ValueInfo {
  return { name, type: { kind: 'tensor', dtype, ...(shape && { shape }) } };
}

/** The shape as numbers, when every dimension is known. */
export function staticShape(shape: readonly Dim[] | undefined): readonly number[] | undefined {
  return shape?.every((d) => typeof d === 'number') ? shape : undefined;
}
