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
export function modelTensors(model: Model): readonly Tensor[] {
  const found: Tensor[] = [];
  addOfGraph(model.graph, found);
  for (const definition of model.functions) {
    for (const attribute of definition.attributeDefaults.values()) addOfAttribute(attribute, found);
    addOfNodes(definition.nodes, found);
  }
  return found;
}

function addOfGraph(graph: Graph, found: Tensor[]): void {
  for (const tensor of graph.initializers.values()) found.push(tensor);
  for (const sparse of graph.sparseInitializers.values()) addOfSparse(sparse, found);
  addOfNodes(graph.nodes, found);
}

function addOfNodes(nodes: readonly Node[], found: Tensor[]): void {
  for (const node of nodes) {
    for (const attribute of node.attributes.values()) addOfAttribute(attribute, found);
  }
}

function addOfSparse({ values, indices }: SparseTensor, found: Tensor[]): void {
  found.push(values, indices);
}

function addOfAttribute(attribute: Attribute, found: Tensor[]): void {
  switch (attribute.type) {
    case 'tensor':
      found.push(attribute.value);
      return;
    case 'tensors':
      found.push(...attribute.value);
      return;
    case 'sparse-tensor':
      addOfSparse(attribute.value, found);
      return;
    case 'sparse-tensors':
      for (const sparse of attribute.value) addOfSparse(sparse, found);
      return;
    case 'graph':
      addOfGraph(attribute.value, found);
      return;
    case 'graphs':
      for (const graph of attribute.value) addOfGraph(graph, found);
      return;
    default:
  }
}
