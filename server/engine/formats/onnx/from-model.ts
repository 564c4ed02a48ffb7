/** The model to ONNX messages, ready to be encoded: everything that reading found goes out again. */

import type { Attribute, AttributeString } from '../../model/attribute.ts';
import type { Graph } from '../../model/graph.ts';
import type { FunctionDefinition, Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { ValueInfo } from '../../model/types.ts';
import { attributeCode } from './attribute-kinds.ts';
import { mapToEntries, mapToOpsets } from './entries.ts';
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './messages.ts';
import { encodeSparseTensor, encodeTensor, type ExternalEntries } from './tensors.ts';
import { encodeType } from './types.ts';

/** Says where a tensor's bytes go when they do not go into the model file itself. */
export type PlaceTensor = (tensor: Tensor) => ExternalEntries | undefined;

const inline: PlaceTensor = () => undefined;

export class ModelEncoder {
  private readonly place: PlaceTensor;

  constructor(place: PlaceTensor = inline) {
    this.place = place;
  }

  model(model: Model): ModelProto {
    return {
      irVersion: BigInt(model.irVersion),
      opsetImport: mapToOpsets(model.opsetImports),
      producerName: model.producerName,
      producerVersion: model.producerVersion,
      domain: model.domain,
      modelVersion: model.modelVersion,
      docString: model.docString,
      graph: this.graph(model.graph),
      metadataProps: mapToEntries(model.metadata),
      functions: model.functions.map((definition) => this.function(definition)),
      unknown: model.unknown,
    };
  }

  private graph(graph: Graph): GraphProto {
    return {
      node: graph.nodes.map((node) => this.node(node)),
      name: graph.name || undefined,
      initializer: Array.from(graph.initializers, ([name, tensor]) => this.tensor(tensor.withName(name))),
      sparseInitializer: Array.from(graph.sparseInitializers.values(), encodeSparseTensor),
      docString: graph.docString,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
      valueInfo: Array.from(graph.valueInfos.values(), valueInfo),
      quantizationAnnotation: graph.quantizationAnnotations.map((annotation) => ({
        tensorName: annotation.tensorName,
        quantParameterTensorNames: mapToEntries(annotation.parameters),
        unknown: annotation.unknown,
      })),
      metadataProps: mapToEntries(graph.metadata),
      unknown: graph.unknown,
    };
  }

  private node(node: Node): NodeProto {
    return {
      input: node.inputs,
      output: node.outputs,
      name: node.name || undefined,
      opType: node.opType,
      domain: node.domain || undefined,
      overload: node.overload || undefined,
      attribute: Array.from(node.attributes, ([name, attribute]) => this.attribute(name, attribute)),
      docString: node.docString,
      metadataProps: mapToEntries(node.metadata),
      unknown: node.unknown,
    };
  }

  private function(definition: FunctionDefinition): FunctionProto {
    return {
      name: definition.name,
      domain: definition.domain || undefined,
      overload: definition.overload || undefined,
      input: [...definition.inputs],
      output: [...definition.outputs],
      attribute: [...definition.attributes],
      attributeProto: Array.from(definition.attributeDefaults, ([name, value]) => this.attribute(name, value)),
      node: definition.nodes.map((node) => this.node(node)),
      docString: definition.docString,
      opsetImport: mapToOpsets(definition.opsetImports),
      valueInfo: Array.from(definition.valueInfos.values(), valueInfo),
      metadataProps: mapToEntries(definition.metadata),
      unknown: definition.unknown,
    };
  }

  private tensor(tensor: Tensor): TensorProto {
    return encodeTensor(tensor, this.place(tensor));
  }

  private attribute(name: string, attribute: Attribute): AttributeProto {
    return {
      name,
      docString: attribute.docString,
      unknown: attribute.unknown,
      ...this.attributeValue(attribute),
    };
  }

  private attributeValue(attribute: Attribute): AttributeProto {
    switch (attribute.type) {
      case 'reference':
        return { refAttrName: attribute.name, type: attribute.valueType || undefined };
      case 'none':
        return { type: attribute.code || undefined };
      default:
        return { type: attributeCode(attribute.type), ...this.attributeContent(attribute) };
    }
  }

  private attributeContent(attribute: Exclude<Attribute, { type: 'reference' | 'none' }>): AttributeProto {
    switch (attribute.type) {
      case 'float':
        return { f: attribute.value };
      case 'int':
        return { i: attribute.value };
      case 'string':
        return { s: stringBytes(attribute.value) };
      case 'tensor':
        return { t: this.tensor(attribute.value) };
      case 'graph':
        return { g: this.graph(attribute.value) };
      case 'sparse-tensor':
        return { sparseTensor: encodeSparseTensor(attribute.value) };
      case 'type':
        return { tp: encodeType(attribute.value) };
      case 'floats':
        return { floats: [...attribute.value] };
      case 'ints':
        return { ints: [...attribute.value] };
      case 'strings':
        return { strings: attribute.value.map(stringBytes) };
      case 'tensors':
        return { tensors: attribute.value.map((tensor) => this.tensor(tensor)) };
      case 'graphs':
        return { graphs: attribute.value.map((graph) => this.graph(graph)) };
      case 'sparse-tensors':
        return { sparseTensors: attribute.value.map(encodeSparseTensor) };
      case 'types':
        return { typeProtos: attribute.value.map(encodeType) };
    }
  }
}

function stringBytes(value: AttributeString): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
}

function valueInfo(info: ValueInfo): ValueInfoProto {
  return {
    name: info.name,
    type: info.type && encodeType(info.type),
    docString: info.docString,
    metadataProps: mapToEntries(info.metadata),
    unknown: info.unknown,
  };
}
