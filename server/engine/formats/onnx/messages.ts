/**
 * The messages of ONNX (`onnx.proto`, up to IR version 14). Fields that Lathe only carries along are not listed and
 * travel as unknown fields: `training_info` and `configuration` of a model, `device_configurations` of a node,
 * `segment` of a tensor, the withdrawn `since_version` and `status` of a function.
 */

import { field, type Message, type Payload, type Schema } from './schema.ts';

export interface ModelProto extends Message {
  irVersion?: bigint | undefined;
  producerName?: string | undefined;
  producerVersion?: string | undefined;
  domain?: string | undefined;
  modelVersion?: bigint | undefined;
  docString?: string | undefined;
  graph?: GraphProto | undefined;
  opsetImport?: OperatorSetIdProto[] | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
  functions?: FunctionProto[] | undefined;
}

export const modelProto: Schema<ModelProto> = {
  name: 'ModelProto',
  fields: {
    irVersion: field.int64(1),
    producerName: field.string(2),
    producerVersion: field.string(3),
    domain: field.string(4),
    modelVersion: field.int64(5),
    docString: field.string(6),
    graph: field.message(7, () => graphProto),
    opsetImport: field.messages(8, () => operatorSetIdProto),
    metadataProps: field.messages(14, () => stringStringEntryProto),
    functions: field.messages(25, () => functionProto),
  },
};

export interface OperatorSetIdProto extends Message {
  domain?: string | undefined;
  version?: bigint | undefined;
}

export const operatorSetIdProto: Schema<OperatorSetIdProto> = {
  name: 'OperatorSetIdProto',
  fields: { domain: field.string(1), version: field.int64(2) },
};

export interface StringStringEntryProto extends Message {
  key?: string | undefined;
  value?: string | undefined;
}

export const stringStringEntryProto: Schema<StringStringEntryProto> = {
  name: 'StringStringEntryProto',
  fields: { key: field.string(1), value: field.string(2) },
};

export interface FunctionProto extends Message {
  name?: string | undefined;
  input?: string[] | undefined;
  output?: string[] | undefined;
  attribute?: string[] | undefined;
  node?: NodeProto[] | undefined;
  docString?: string | undefined;
  opsetImport?: OperatorSetIdProto[] | undefined;
  domain?: string | undefined;
  attributeProto?: AttributeProto[] | undefined;
  valueInfo?: ValueInfoProto[] | undefined;
  overload?: string | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
}

export const functionProto: Schema<FunctionProto> = {
  name: 'FunctionProto',
  fields: {
    name: field.string(1),
    input: field.strings(4),
    output: field.strings(5),
    attribute: field.strings(6),
    node: field.messages(7, () => nodeProto),
    docString: field.string(8),
    opsetImport: field.messages(9, () => operatorSetIdProto),
    domain: field.string(10),
    attributeProto: field.messages(11, () => attributeProto),
    valueInfo: field.messages(12, () => valueInfoProto),
    overload: field.string(13),
    metadataProps: field.messages(14, () => stringStringEntryProto),
  },
};

export interface GraphProto extends Message {
  node?: NodeProto[] | undefined;
  name?: string | undefined;
  initializer?: TensorProto[] | undefined;
  docString?: string | undefined;
  input?: ValueInfoProto[] | undefined;
  output?: ValueInfoProto[] | undefined;
  valueInfo?: ValueInfoProto[] | undefined;
  quantizationAnnotation?: TensorAnnotation[] | undefined;
  sparseInitializer?: SparseTensorProto[] | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
}

export const graphProto: Schema<GraphProto> = {
  name: 'GraphProto',
  fields: {
    node: field.messages(1, () => nodeProto),
    name: field.string(2),
    initializer: field.messages(5, () => tensorProto),
    docString: field.string(10),
    input: field.messages(11, () => valueInfoProto),
    output: field.messages(12, () => valueInfoProto),
    valueInfo: field.messages(13, () => valueInfoProto),
    quantizationAnnotation: field.messages(14, () => tensorAnnotation),
    sparseInitializer: field.messages(15, () => sparseTensorProto),
    metadataProps: field.messages(16, () => stringStringEntryProto),
  },
};

export interface TensorAnnotation extends Message {
  tensorName?: string | undefined;
  quantParameterTensorNames?: StringStringEntryProto[] | undefined;
}

export const tensorAnnotation: Schema<TensorAnnotation> = {
  name: 'TensorAnnotation',
  fields: {
    tensorName: field.string(1),
    quantParameterTensorNames: field.messages(2, () => stringStringEntryProto),
  },
};

export interface NodeProto extends Message {
  input?: string[] | undefined;
  output?: string[] | undefined;
  name?: string | undefined;
  opType?: string | undefined;
  attribute?: AttributeProto[] | undefined;
  docString?: string | undefined;
  domain?: string | undefined;
  overload?: string | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
}

export const nodeProto: Schema<NodeProto> = {
  name: 'NodeProto',
  fields: {
    input: field.strings(1),
    output: field.strings(2),
    name: field.string(3),
    opType: field.string(4),
    attribute: field.messages(5, () => attributeProto),
    docString: field.string(6),
    domain: field.string(7),
    overload: field.string(8),
    metadataProps: field.messages(9, () => stringStringEntryProto),
  },
};

export interface AttributeProto extends Message {
  name?: string | undefined;
  f?: number | undefined;
  i?: bigint | undefined;
  s?: Uint8Array | undefined;
  t?: TensorProto | undefined;
  g?: GraphProto | undefined;
  floats?: number[] | undefined;
  ints?: bigint[] | undefined;
  strings?: Uint8Array[] | undefined;
  tensors?: TensorProto[] | undefined;
  graphs?: GraphProto[] | undefined;
  docString?: string | undefined;
  tp?: TypeProto | undefined;
  typeProtos?: TypeProto[] | undefined;
  type?: number | undefined;
  refAttrName?: string | undefined;
  sparseTensor?: SparseTensorProto | undefined;
  sparseTensors?: SparseTensorProto[] | undefined;
}

export const attributeProto: Schema<AttributeProto> = {
  name: 'AttributeProto',
  fields: {
    name: field.string(1),
    f: field.float(2),
    i: field.int64(3),
    s: field.bytes(4),
    t: field.message(5, () => tensorProto),
    g: field.message(6, () => graphProto),
    floats: field.floats(7),
    ints: field.int64s(8),
    strings: field.bytesList(9),
    tensors: field.messages(10, () => tensorProto),
    graphs: field.messages(11, () => graphProto),
    docString: field.string(13),
    tp: field.message(14, () => typeProto),
    typeProtos: field.messages(15, () => typeProto),
    type: field.int32(20),
    refAttrName: field.string(21),
    sparseTensor: field.message(22, () => sparseTensorProto),
    sparseTensors: field.messages(23, () => sparseTensorProto),
  },
};

export interface ValueInfoProto extends Message {
  name?: string | undefined;
  type?: TypeProto | undefined;
  docString?: string | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
}

export const valueInfoProto: Schema<ValueInfoProto> = {
  name: 'ValueInfoProto',
  fields: {
    name: field.string(1),
    type: field.message(2, () => typeProto),
    docString: field.string(3),
    metadataProps: field.messages(4, () => stringStringEntryProto),
  },
};

export interface TensorProto extends Message {
  dims?: bigint[] | undefined;
  dataType?: number | undefined;
  floatData?: Payload | undefined;
  int32Data?: Payload | undefined;
  stringData?: Uint8Array[] | undefined;
  int64Data?: Payload | undefined;
  name?: string | undefined;
  rawData?: Payload | undefined;
  doubleData?: Payload | undefined;
  uint64Data?: Payload | undefined;
  docString?: string | undefined;
  externalData?: StringStringEntryProto[] | undefined;
  dataLocation?: number | undefined;
  metadataProps?: StringStringEntryProto[] | undefined;
}

export const tensorProto: Schema<TensorProto> = {
  name: 'TensorProto',
  fields: {
    dims: field.int64s(1),
    dataType: field.int32(2),
    floatData: field.data(4, 'fixed32'),
    int32Data: field.data(5, 'varint'),
    stringData: field.bytesList(6),
    int64Data: field.data(7, 'varint'),
    name: field.string(8),
    rawData: field.data(9, 'bytes'),
    doubleData: field.data(10, 'fixed64'),
    uint64Data: field.data(11, 'varint'),
    docString: field.string(12),
    externalData: field.messages(13, () => stringStringEntryProto),
    dataLocation: field.int32(14),
    metadataProps: field.messages(16, () => stringStringEntryProto),
  },
};

export interface SparseTensorProto extends Message {
  values?: TensorProto | undefined;
  indices?: TensorProto | undefined;
  dims?: bigint[] | undefined;
}

export const sparseTensorProto: Schema<SparseTensorProto> = {
  name: 'SparseTensorProto',
  fields: {
    values: field.message(1, () => tensorProto),
    indices: field.message(2, () => tensorProto),
    dims: field.int64s(3),
  },
};

export interface DimensionProto extends Message {
  dimValue?: bigint | undefined;
  dimParam?: string | undefined;
  denotation?: string | undefined;
}

export const dimensionProto: Schema<DimensionProto> = {
  name: 'Dimension',
  fields: { dimValue: field.int64(1), dimParam: field.string(2), denotation: field.string(3) },
};

export interface TensorShapeProto extends Message {
  dim?: DimensionProto[] | undefined;
}

export const tensorShapeProto: Schema<TensorShapeProto> = {
  name: 'TensorShapeProto',
  fields: { dim: field.messages(1, () => dimensionProto) },
};

/** `TypeProto.Tensor` and `TypeProto.SparseTensor`, which have the same fields. */
export interface TensorTypeProto extends Message {
  elemType?: number | undefined;
  shape?: TensorShapeProto | undefined;
}

export const tensorTypeProto: Schema<TensorTypeProto> = {
  name: 'TypeProto.Tensor',
  fields: { elemType: field.int32(1), shape: field.message(2, () => tensorShapeProto) },
};

/** `TypeProto.Sequence` and `TypeProto.Optional`, which have the same fields. */
export interface ElementTypeProto extends Message {
  elemType?: TypeProto | undefined;
}

export const elementTypeProto: Schema<ElementTypeProto> = {
  name: 'TypeProto.Sequence',
  fields: { elemType: field.message(1, () => typeProto) },
};

export interface MapTypeProto extends Message {
  keyType?: number | undefined;
  valueType?: TypeProto | undefined;
}

export const mapTypeProto: Schema<MapTypeProto> = {
  name: 'TypeProto.Map',
  fields: { keyType: field.int32(1), valueType: field.message(2, () => typeProto) },
};

/** `opaque_type` (7) is carried along. */
export interface TypeProto extends Message {
  tensorType?: TensorTypeProto | undefined;
  sequenceType?: ElementTypeProto | undefined;
  mapType?: MapTypeProto | undefined;
  denotation?: string | undefined;
  sparseTensorType?: TensorTypeProto | undefined;
  optionalType?: ElementTypeProto | undefined;
}

export const typeProto: Schema<TypeProto> = {
  name: 'TypeProto',
  fields: {
    tensorType: field.message(1, () => tensorTypeProto),
    sequenceType: field.message(4, () => elementTypeProto),
    mapType: field.message(5, () => mapTypeProto),
    denotation: field.string(6),
    sparseTensorType: field.message(8, () => tensorTypeProto),
    optionalType: field.message(9, () => elementTypeProto),
  },
};
