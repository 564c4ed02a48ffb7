/** Every constant tensor of a model, wherever it lives. */

import type { Attribute } from '../../model/attribute.ts';
import type { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import type { SparseTensor, Tensor } from '../../model/tensor.ts';
import { VarintStorage } from './tensor-data.ts';

/** Bytes of the constants of `model` as they stand in a file: places of sparse tensors may take less than in memory. */
export function storedTensorBytes(model: Model): number {
  let bytes = 0;
  for (const tensor of modelTensors(model)) bytes += storedLength(tensor);
  return bytes;
}

/** The same of one tensor. */
export function storedLength({ storage, byteLength }: Tensor): number {
  return storage instanceof VarintStorage ? storage.data.byteLength : byteLength;
}

/** Initializers and attributes of the main graph, of subgraphs and of functions, in file order. */
export function* modelTensors(model: Model): Generator<Tensor> {
  yield* graphTensors(model.graph);
  for (const definition of model.functions) {
    for (const attribute of definition.attributeDefaults.values()) yield* attributeTensors(attribute);
    yield* nodesTensors(definition.nodes);
  }
}

function* graphTensors(graph: Graph): Generator<Tensor> {
  yield* graph.initializers.values();
  for (const sparse of graph.sparseInitializers.values()) yield* sparseTensors(sparse);
  yield* nodesTensors(graph.nodes);
}

function* nodesTensors(nodes: readonly Node[]): Generator<Tensor> {
  for (const node of nodes) {
    for (const attribute of node.attributes.values()) yield* attributeTensors(attribute);
  }
}

function sparseTensors(sparse: SparseTensor): readonly Tensor[] {
  return [sparse.values, sparse.indices];
}

function* attributeTensors(attribute: Attribute): Generator<Tensor> {
  switch (attribute.type) {
    case 'tensor':
      yield attribute.value;
      return;
    case 'tensors':
      yield* attribute.value;
      return;
    case 'sparse-tensor':
      yield* sparseTensors(attribute.value);
      return;
    case 'sparse-tensors':
      for (const sparse of attribute.value) yield* sparseTensors(sparse);
      return;
    case 'graph':
      yield* graphTensors(attribute.value);
      return;
    case 'graphs':
      for (const graph of attribute.value) yield* graphTensors(graph);
      return;
    default:
  }
}
