/** Node attributes: ONNX's `AttributeProto` as a tagged union, and short ways to make the common ones. */

import type { Graph } from './graph.ts';
import type { SparseTensor, Tensor } from './tensor.ts';
import type { ValueType } from './types.ts';

/** Strings are bytes in ONNX; almost all are UTF-8 text. Bytes that are not stay bytes. */
export type AttributeString = string | Uint8Array;

export type AttributeValue =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: AttributeString }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'sparse-tensor'; readonly value: SparseTensor }
  | { readonly type: 'type'; readonly value: ValueType }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | { readonly type: 'strings'; readonly value: readonly AttributeString[] }
  | { readonly type: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  | { readonly type: 'sparse-tensors'; readonly value: readonly SparseTensor[] }
  | { readonly type: 'types'; readonly value: readonly ValueType[] }
  /** Inside a function: the value of the caller's attribute `name`, whose type is `valueType`. */
  | { readonly type: 'reference'; readonly name: string; readonly valueType: number }
  /** An attribute that carries no value, or a type newer than Lathe: `code` is ONNX's number of the type. */
  | { readonly type: 'none'; readonly code: number };

/** A value plus what rarely stands beside it. */
export type Attribute = AttributeValue & {
  readonly docString?: string;
  readonly unknown?: readonly Uint8Array[];
};

export const attr = {
  int: (value: number | bigint): Attribute => ({ type: 'int', value: BigInt(value) }),
  ints: (values: readonly (number | bigint)[]): Attribute => ({ type: 'ints', value: values.map(BigInt) }),
  float: (value: number): Attribute => ({ type: 'float', value }),
  floats: (values: readonly number[]): Attribute => ({ type: 'floats', value: [...values] }),
  string: (value: string): Attribute => ({ type: 'string', value }),
  strings: (value: readonly string[]): Attribute => ({ type: 'strings', value }),
  tensor: (value: Tensor): Attribute => ({ type: 'tensor', value }),
  graph: (value: Graph): Attribute => ({ type: 'graph', value }),
} as const;

/** The subgraphs that an attribute holds. */
export function attributeGraphs(attribute: Attribute): readonly Graph[] {
  if (attribute.type === 'graph') return [attribute.value];
  if (attribute.type === 'graphs') return attribute.value;
  return [];
}
