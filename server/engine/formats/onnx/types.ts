/**
 * `TypeProto` to and from `ValueType`.
 *
 * Unknown fields at any level become unknown fields of the outermost message: a nested one is wrapped in the tags of
 * the messages around it, because protobuf merges a message that occurs twice into one.
 */

import type { Dim, TensorType, ValueType } from '../../model/types.ts';
import { dataTypeCode, dataTypeFromCode, isDataTypeCode } from '../../tensor/dtype.ts';
import { decode } from './decode.ts';
import { encodeMessage } from './entries.ts';
import {
  typeProto,
  type DimensionProto,
  type TensorShapeProto,
  type TensorTypeProto,
  type TypeProto,
} from './messages.ts';
import { memorySource } from './wire-reader.ts';

export function decodeType(proto: TypeProto): ValueType {
  const unknown = unknownOf(proto);
  const extra = {
    ...(proto.denotation !== undefined && { denotation: proto.denotation }),
    ...(unknown.length > 0 && { unknown }),
  };
  const tensor = proto.tensorType ?? proto.sparseTensorType;
  if (tensor && isKnownTensor(tensor)) {
    return { kind: proto.tensorType ? 'tensor' : 'sparse-tensor', ...decodeTensorType(tensor), ...extra };
  }
  const element = proto.sequenceType ?? proto.optionalType;
  if (element?.elemType) {
    return { kind: proto.sequenceType ? 'sequence' : 'optional', element: decodeType(element.elemType), ...extra };
  }
  const map = proto.mapType;
  if (map?.valueType && isDataTypeCode(map.keyType ?? 0)) {
    return { kind: 'map', key: dataTypeFromCode(map.keyType ?? 0), value: decodeType(map.valueType), ...extra };
  }
  return {
    kind: 'other',
    encoded: encodeMessage(typeProto, proto),
    ...(proto.denotation !== undefined && { denotation: proto.denotation }),
  };
}

/** `false` for what `TensorType` cannot hold: element types of the future, unknown fields of a dimension. */
function isKnownTensor(tensor: TensorTypeProto): boolean {
  return isDataTypeCode(tensor.elemType ?? 0) && !tensor.shape?.dim?.some((dim) => dim.unknown);
}

function decodeTensorType(tensor: TensorTypeProto): Omit<TensorType, 'kind'> {
  const dims = tensor.shape && (tensor.shape.dim ?? []);
  const denotations = dims?.map((dim) => dim.denotation);
  return {
    dtype: dataTypeFromCode(tensor.elemType ?? 0),
    ...(dims && { shape: dims.map(decodeDim) }),
    ...(denotations?.some((d) => d !== undefined) && { dimDenotations: denotations }),
  };
}

/** Negative lengths are written by some exporters for "unknown". */
function decodeDim(dim: DimensionProto): Dim {
  if (dim.dimParam) return dim.dimParam;
  const length = Number(dim.dimValue ?? -1n);
  return length >= 0 && Number.isSafeInteger(length) ? length : null;
}

function unknownOf(proto: TypeProto): Uint8Array[] {
  const wrapped: TypeProto = {};
  for (const key of ['tensorType', 'sparseTensorType'] as const) {
    const shapeUnknown = proto[key]?.shape?.unknown;
    const unknown = proto[key]?.unknown;
    if (unknown ?? shapeUnknown) wrapped[key] = { unknown, ...(shapeUnknown && { shape: { unknown: shapeUnknown } }) };
  }
  for (const key of ['sequenceType', 'optionalType', 'mapType'] as const) {
    const unknown = proto[key]?.unknown;
    if (unknown) wrapped[key] = { unknown };
  }
  const nested = encodeMessage(typeProto, wrapped);
  return nested.length > 0 ? [...(proto.unknown ?? []), nested] : [...(proto.unknown ?? [])];
}

export function encodeType(type: ValueType): TypeProto {
  if (type.kind === 'other') return decode(typeProto, memorySource(type.encoded));
  const extra = { denotation: type.denotation, unknown: type.unknown };
  switch (type.kind) {
    case 'tensor':
      return { tensorType: encodeTensorType(type), ...extra };
    case 'sparse-tensor':
      return { sparseTensorType: encodeTensorType(type), ...extra };
    case 'sequence':
      return { sequenceType: { elemType: encodeType(type.element) }, ...extra };
    case 'optional':
      return { optionalType: { elemType: encodeType(type.element) }, ...extra };
    case 'map':
      return { mapType: { keyType: dataTypeCode(type.key), valueType: encodeType(type.value) }, ...extra };
  }
}

function encodeTensorType(type: TensorType): TensorTypeProto {
  return {
    elemType: type.dtype === 'undefined' ? undefined : dataTypeCode(type.dtype),
    shape: type.shape && encodeShape(type.shape, type.dimDenotations),
  };
}

function encodeShape(shape: readonly Dim[], denotations: TensorType['dimDenotations']): TensorShapeProto {
  return {
    dim: shape.map((dim, index) => ({
      dimValue: typeof dim === 'number' ? BigInt(dim) : undefined,
      dimParam: typeof dim === 'string' ? dim : undefined,
      denotation: denotations?.[index],
    })),
  };
}
