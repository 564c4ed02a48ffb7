/** `TensorProto` and `SparseTensorProto` to and from the model's tensors. */

import { LatheError } from '../../errors.ts';
import { Tensor, type SparseTensor, type TensorStorage } from '../../model/tensor.ts';
import { dataTypeCode, dataTypeFromCode, elementCount, packedByteLength, type DataType } from '../../tensor/dtype.ts';
import { entriesToMap, mapToEntries } from './entries.ts';
import { ExternalStorage, parseExternalLocation } from './external-data.ts';
import type { SparseTensorProto, StringStringEntryProto, TensorProto } from './messages.ts';
import { FieldData } from './field-data.ts';
import { tensorStorage, VarintStorage } from './tensor-data.ts';

const externalLocation = 1;

/** Tag of `segment` (3, a message): such a tensor holds a part of the elements of its shape. */
const segmentTag = 3 * 8 + 2;

/** The tensor of `proto`. `owner` says whose it is, for messages about tensors without a name. */
export function decodeTensor(proto: TensorProto, modelPath: string | undefined, owner: string): Tensor {
  const name = proto.name ?? '';
  const label = name ? `Tensor "${name}"` : `The tensor of ${owner}`;
  const dtype = dataTypeFromCode(proto.dataType ?? 0);
  const dims = decodeDims(proto.dims, label);
  const metadata = entriesToMap(proto.metadataProps);
  return new Tensor({
    name,
    dtype,
    dims,
    storage: decodeStorage(proto, dtype, dims, modelPath, label),
    ...(dtype === 'string' && { strings: decodeStrings(proto, dims, label) }),
    ...(proto.docString !== undefined && { docString: proto.docString }),
    ...(metadata && { metadata }),
    ...(proto.unknown && { unknown: proto.unknown }),
  });
}

function decodeDims(dims: readonly bigint[] | undefined, label: string): number[] {
  const lengths = (dims ?? []).map(Number);
  // Sixteen bytes are the largest element.
  const absurd = !Number.isSafeInteger(16 * elementCount(lengths)) || lengths.some(isNoLength);
  if (!absurd) return lengths;
  throw new LatheError('MODEL_FORMAT', `${label} has the impossible shape [${(dims ?? []).join(', ')}].`, {
    fix: 'Export or download the model again.',
  });
}

function isNoLength(length: number): boolean {
  return length < 0 || !Number.isSafeInteger(length);
}

function decodeStorage(
  proto: TensorProto,
  dtype: DataType,
  dims: readonly number[],
  modelPath: string | undefined,
  label: string,
): TensorStorage {
  const count = elementCount(dims);
  if (proto.dataLocation === externalLocation) {
    const name = proto.name ?? '';
    const location = parseExternalLocation(entriesToMap(proto.externalData) ?? new Map(), name);
    return new ExternalStorage(location, packedByteLength(dtype, count), name, modelPath);
  }
  if (dtype === 'string' || dtype === 'undefined') return new FieldData();
  const segmented = proto.unknown?.some((field) => field[0] === segmentTag) ?? false;
  return tensorStorage(proto, dtype, count, label, segmented);
}

function decodeStrings(proto: TensorProto, dims: readonly number[], label: string): readonly Uint8Array[] {
  const strings = proto.stringData ?? [];
  if (strings.length === elementCount(dims)) return strings;
  throw new LatheError(
    'MODEL_FORMAT',
    `${label} has the shape [${dims.join(', ')}] but ${strings.length} strings.`,
    { fix: 'Export or download the model again.' },
  );
}

/** Where the writer has put the bytes of a tensor that does not go into the model file itself. */
export type ExternalEntries = readonly StringStringEntryProto[];

export function encodeTensor(tensor: Tensor, external?: ExternalEntries): TensorProto {
  const isString = tensor.dtype === 'string';
  return {
    dims: tensor.dims.map(BigInt),
    dataType: dataTypeCode(tensor.dtype),
    stringData: isString ? [...tensor.strings!] : undefined,
    name: tensor.name || undefined,
    rawData: isString || tensor.dtype === 'undefined' || external ? undefined : tensor.storage,
    externalData: external && [...external],
    dataLocation: external && externalLocation,
    docString: tensor.docString,
    metadataProps: mapToEntries(tensor.metadata),
    unknown: tensor.unknown,
  };
}

export function decodeSparseTensor(
  proto: SparseTensorProto,
  modelPath: string | undefined,
  owner: string,
): SparseTensor {
  if (!proto.values || !proto.indices) {
    const missing = proto.values ? 'indices' : 'values';
    throw new LatheError('MODEL_FORMAT', `The sparse tensor of ${owner} has no ${missing}.`);
  }
  const values = decodeTensor(proto.values, modelPath, owner);
  const indices = decodeTensor(proto.indices, modelPath, owner);
  return {
    name: values.name,
    dims: decodeDims(proto.dims, values.name ? `Tensor "${values.name}"` : `The sparse tensor of ${owner}`),
    values,
    indices,
    ...(proto.unknown && { unknown: proto.unknown }),
  };
}

export function encodeSparseTensor(sparse: SparseTensor): SparseTensorProto {
  return {
    values: encodeTensor(sparse.values.withName(sparse.name)),
    indices: encodeIndices(sparse.indices),
    dims: sparse.dims.map(BigInt),
    unknown: sparse.unknown,
  };
}

/** Places are small numbers: as varints they take two or three bytes in place of the eight of `raw_data`. */
function encodeIndices(indices: Tensor): TensorProto {
  const proto = encodeTensor(indices);
  const { dtype, storage } = indices;
  const isPacked = storage instanceof VarintStorage && dtype === 'int64';
  return isPacked ? { ...proto, rawData: undefined, int64Data: storage.data } : proto;
}
