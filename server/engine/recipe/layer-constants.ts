/**
 * The constants of each layer, in a model and in what a run made of it. Passes put nodes between a layer and its
 * weights (dequantization, casts) or replace it by several: those count for the layer of the original that they stand
 * for.
 */

import { Constants } from '../model/constants.ts';
import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import type { Tensor } from '../model/tensor.ts';
import type { DataType } from '../tensor/dtype.ts';

export interface LayerConstants {
  readonly bytes: number;
  /** Element type of the largest constant: what the layer's weights are stored as. */
  readonly dtype?: DataType;
}

/** By the label of the layer, in the order of the model. */
export type ConstantsByLayer = ReadonlyMap<string, LayerConstants>;

/** The constants that each node of `model` reads. A constant that several read counts for the first. */
export function layerConstants(model: Model): ConstantsByLayer {
  return collect(model, (node) => node.label);
}

/** The constants in `result` for each layer of `original`: see above. */
export function constantsInResult(original: Model, result: Model): ConstantsByLayer {
  const labels = new Set<string>();
  const labelOfOutput = new Map<string, string>();
  for (const { node } of original.graph.walk()) {
    labels.add(node.label);
    for (const output of node.outputs) if (output) labelOfOutput.set(output, node.label);
  }
  return collect(result, (node) => {
    if (labels.has(node.label)) return node.label;
    return node.outputs.map((output) => labelOfOutput.get(output)).find((label) => label !== undefined);
  });
}

/** @param layerOf the layer that a node is; undefined for a node that serves the layers that read it */
function collect(model: Model, layerOf: (node: Node) => string | undefined): ConstantsByLayer {
  const found = new Map<string, LayerConstants>();
  const counted = new Set<string>();
  const visit = (graph: Graph, outer: Constants | undefined): void => {
    const constants = new Constants(graph, model.irVersion, outer);
    const producers = new Map<string, Node>();
    for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
    const visited = new Set<Node>();
    const tensorsOf = (node: Node): Tensor[] => {
      visited.add(node);
      return node.inputs.flatMap((input) => {
        const tensor = constants.tensor(input);
        const producer = producers.get(input);
        if (tensor) return counted.has(input) ? [] : (counted.add(input), [tensor]);
        return producer && !visited.has(producer) && layerOf(producer) === undefined ? tensorsOf(producer) : [];
      });
    };
    for (const node of graph.nodes) {
      const layer = node.is('Constant') ? undefined : layerOf(node);
      if (layer !== undefined) found.set(layer, sum(found.get(layer), tensorsOf(node)));
      for (const subgraph of node.subgraphs()) visit(subgraph, constants);
    }
  };
  visit(model.graph, undefined);
  return found;
}

function sum(before: LayerConstants | undefined, tensors: readonly Tensor[]): LayerConstants {
  let bytes = before?.bytes ?? 0;
  let largest: Tensor | undefined;
  for (const tensor of tensors) {
    bytes += tensor.byteLength;
    if (tensor.size > (largest?.size ?? 0)) largest = tensor;
  }
  const dtype = before?.dtype ?? largest?.dtype;
  return { bytes, ...(dtype && { dtype }) };
}
