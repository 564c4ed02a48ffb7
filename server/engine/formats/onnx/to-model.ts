/** Decoded ONNX messages to the model that passes work on. */

import { LatheError } from '../../errors.ts';
import type { Attribute, AttributeString, AttributeValue } from '../../model/attribute.ts';
import { Graph } from '../../model/graph.ts';
import { Model, type FunctionDefinition } from '../../model/model.ts';
import { Node } from '../../model/node.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { ValueInfo } from '../../model/types.ts';
import { attributeKind, attributeKinds, type AttributeKind } from './attribute-kinds.ts';
import { encodeMessage, entriesToMap, opsetsToMap } from './entries.ts';
import {
  attributeProto,
  functionProto,
  graphProto,
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  type ModelProto,
  type NodeProto,
  type ValueInfoProto,
} from './messages.ts';
import { conversion, type Conversions } from './decode.ts';
import { decodeSparseTensor, decodeTensor } from './tensors.ts';
import { decodeUtf8 } from './text.ts';
import { decodeType } from './types.ts';

/** The lists of a graph or function whose messages have been made into what they stand for. */
interface BuiltLists {
  readonly node?: readonly Node[];
  readonly initializer?: readonly Tensor[];
  readonly valueInfo?: readonly ValueInfo[];
}

/** Builds the model of a file. Throws `MODEL_FORMAT` for tensors whose bytes do not fit their shapes. */
export class ModelBuilder {
  /** To be carried out while the file is decoded. */
  readonly conversions: Conversions;
  /** The folder of this file is where external data is. */
  private readonly path: string | undefined;

  constructor(path: string | undefined) {
    this.path = path;
    this.conversions = new Map([
      conversion(graphProto.fields.node, (proto) => this.node(proto)),
      conversion(functionProto.fields.node, (proto) => this.node(proto)),
      conversion(graphProto.fields.initializer, (proto) => decodeTensor(proto, path, 'the graph')),
      conversion(graphProto.fields.valueInfo, valueInfo),
      conversion(functionProto.fields.valueInfo, valueInfo),
    ]);
  }

  /** @param proto decoded with `conversions` */
  model(proto: ModelProto): Model {
    if (!proto.graph) throw new LatheError('MODEL_FORMAT', 'The file has no graph: it is not an ONNX model.');
    const model = new Model();
    model.irVersion = Number(proto.irVersion ?? 0n);
    model.opsetImports = opsetsToMap(proto.opsetImport);
    model.producerName = proto.producerName;
    model.producerVersion = proto.producerVersion;
    model.domain = proto.domain;
    model.modelVersion = proto.modelVersion;
    model.docString = proto.docString;
    model.graph = this.graph(proto.graph);
    model.metadata = entriesToMap(proto.metadataProps);
    model.functions = (proto.functions ?? []).map((definition) => this.function(definition));
    model.unknown = proto.unknown;
    model.path = this.path;
    return model;
  }

  private graph(proto: GraphProto): Graph {
    const built = proto as unknown as BuiltLists;
    const graph = new Graph();
    graph.name = proto.name ?? '';
    graph.nodes = [...built.node ?? []];
    graph.inputs = (proto.input ?? []).map(valueInfo);
    graph.outputs = (proto.output ?? []).map(valueInfo);
    graph.valueInfos = byName(built.valueInfo ?? []);
    graph.initializers = byName(built.initializer ?? []);
    graph.sparseInitializers = byName(
      (proto.sparseInitializer ?? []).map((sparse) => decodeSparseTensor(sparse, this.path, 'the graph')),
    );
    graph.quantizationAnnotations = (proto.quantizationAnnotation ?? []).map((annotation) => ({
      tensorName: annotation.tensorName ?? '',
      parameters: entriesToMap(annotation.quantParameterTensorNames) ?? new Map<string, string>(),
      ...(annotation.unknown && { unknown: annotation.unknown }),
    }));
    graph.docString = proto.docString;
    graph.metadata = entriesToMap(proto.metadataProps);
    graph.unknown = proto.unknown;
    return graph;
  }

  private node(proto: NodeProto): Node {
    const node = new Node({
      opType: proto.opType ?? '',
      inputs: proto.input ?? [],
      outputs: proto.output ?? [],
    });
    node.name = proto.name ?? '';
    node.domain = proto.domain ?? '';
    node.overload = proto.overload ?? '';
    for (const attribute of proto.attribute ?? []) {
      const name = attribute.name ?? '';
      node.attributes.set(name, this.attribute(attribute, () => `attribute "${name}" of node "${node.label}"`));
    }
    node.docString = proto.docString;
    node.metadata = entriesToMap(proto.metadataProps);
    node.unknown = proto.unknown;
    return node;
  }

  private function(proto: FunctionProto): FunctionDefinition {
    const built = proto as unknown as BuiltLists;
    const name = proto.name ?? '';
    const metadata = entriesToMap(proto.metadataProps);
    return {
      name,
      domain: proto.domain ?? '',
      overload: proto.overload ?? '',
      inputs: proto.input ?? [],
      outputs: proto.output ?? [],
      attributes: proto.attribute ?? [],
      attributeDefaults: new Map(
        (proto.attributeProto ?? []).map((attribute) => [
          attribute.name ?? '',
          this.attribute(attribute, () => `attribute "${attribute.name ?? ''}" of function "${name}"`),
        ]),
      ),
      nodes: [...built.node ?? []],
      opsetImports: opsetsToMap(proto.opsetImport),
      valueInfos: byName(built.valueInfo ?? []),
      ...(proto.docString !== undefined && { docString: proto.docString }),
      ...(metadata && { metadata }),
      ...(proto.unknown && { unknown: proto.unknown }),
    };
  }

  private attribute(proto: AttributeProto, owner: () => string): Attribute {
    const kind = proto.refAttrName ? undefined : attributeKind(proto);
    const value = this.attributeValue(proto, kind, owner);
    if (isPlain(proto, kind)) return value;
    const unknown = leftOver(proto, value.type === 'none' ? undefined : kind);
    return {
      ...value,
      ...(proto.docString !== undefined && { docString: proto.docString }),
      ...(unknown.length > 0 && { unknown }),
    };
  }

  private attributeValue(proto: AttributeProto, kind: AttributeKind | undefined, owner: () => string): AttributeValue {
    const code = proto.type ?? 0;
    if (proto.refAttrName) return { type: 'reference', name: proto.refAttrName, valueType: code };
    // Writers of protobuf 3 leave out values that equal the default: 0, '' and the empty list.
    switch (kind?.type) {
      case undefined:
        return { type: 'none', code };
      case 'float':
        return { type: 'float', value: proto.f ?? 0 };
      case 'int':
        return { type: 'int', value: proto.i ?? 0n };
      case 'string':
        return { type: 'string', value: proto.s ? attributeString(proto.s) : '' };
      case 'floats':
        return { type: 'floats', value: proto.floats ?? [] };
      case 'ints':
        return { type: 'ints', value: proto.ints ?? [] };
      case 'strings':
        return { type: 'strings', value: (proto.strings ?? []).map(attributeString) };
      case 'tensor':
        return proto.t ? { type: 'tensor', value: decodeTensor(proto.t, this.path, owner()) } : { type: 'none', code };
      case 'tensors':
        return { type: 'tensors', value: (proto.tensors ?? []).map((t) => decodeTensor(t, this.path, owner())) };
      case 'graph':
        return proto.g ? { type: 'graph', value: this.graph(proto.g) } : { type: 'none', code };
      case 'graphs':
        return { type: 'graphs', value: (proto.graphs ?? []).map((g) => this.graph(g)) };
      case 'sparse-tensor':
        return proto.sparseTensor
          ? { type: 'sparse-tensor', value: decodeSparseTensor(proto.sparseTensor, this.path, owner()) }
          : { type: 'none', code };
      case 'sparse-tensors': {
        const value = (proto.sparseTensors ?? []).map((sparse) => decodeSparseTensor(sparse, this.path, owner()));
        return { type: 'sparse-tensors', value };
      }
      case 'type':
        return proto.tp ? { type: 'type', value: decodeType(proto.tp) } : { type: 'none', code };
      case 'types':
        return { type: 'types', value: (proto.typeProtos ?? []).map(decodeType) };
    }
  }
}

/** Whether there is nothing but the name, the type and the value: so are nearly all, and there are many. */
function isPlain(proto: AttributeProto, kind: AttributeKind | undefined): boolean {
  for (const key in proto) {
    if (key !== 'name' && key !== 'type' && key !== kind?.key && key !== 'refAttrName') return false;
  }
  return kind !== undefined;
}

/** Unknown fields, and values that stand in a field which is not the one of the attribute's type. */
function leftOver(proto: AttributeProto, kind: AttributeKind | undefined): Uint8Array[] {
  const unknown = [...(proto.unknown ?? [])];
  if (!attributeKinds.some(({ key }) => key !== kind?.key && proto[key] !== undefined)) return unknown;
  const strays = attributeKinds.filter(({ key }) => key !== kind?.key && proto[key] !== undefined);
  const values = Object.fromEntries(strays.map(({ key }) => [key, proto[key]]));
  unknown.push(encodeMessage(attributeProto, values));
  return unknown;
}

function attributeString(bytes: Uint8Array): AttributeString {
  return decodeUtf8(bytes) ?? bytes;
}

function valueInfo(proto: ValueInfoProto): ValueInfo {
  const metadata = entriesToMap(proto.metadataProps);
  return {
    name: proto.name ?? '',
    ...(proto.type && { type: decodeType(proto.type) }),
    ...(proto.docString !== undefined && { docString: proto.docString }),
    ...(metadata && { metadata }),
    ...(proto.unknown && { unknown: proto.unknown }),
  };
}

/** Of equal names the last counts, as in onnxruntime. */
function byName<T extends { readonly name: string }>(items: readonly T[]): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) map.set(item.name, item);
  return map;
}
