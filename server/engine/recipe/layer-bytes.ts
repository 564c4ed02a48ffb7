/**
 * Bytes of constants by layer, in a model and in what a run made of it. Passes put nodes between a layer and its
 * weights (dequantization, casts) or replace it by several: those count for the layer of the original that they stand
 * for.
 */

import { Constants } from '../model/constants.ts';
import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';

/** Bytes by the label of the layer, in the order of the model; layers without constants have 0. */
export type LayerBytes = ReadonlyMap<string, number>;

/** Bytes of the constants that each node of `model` reads. A constant that several read counts for the first. */
export function layerBytes(model: Model): LayerBytes {
  return collect(model, (node) => node.label);
}

/** Bytes in `result` for each layer of `original`: see above. */
export function bytesInResult(original: Model, result: Model): LayerBytes {
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
function collect(model: Model, layerOf: (node: Node) => string | undefined): LayerBytes {
  const bytes = new Map<string, number>();
  const counted = new Set<string>();
  const visit = (graph: Graph, outer: Constants | undefined): void => {
    const constants = new Constants(graph, model.irVersion, outer);
    const producers = new Map<string, Node>();
    for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
    const visited = new Set<Node>();
    const bytesOf = (node: Node): number => {
      visited.add(node);
      let sum = 0;
      for (const input of node.inputs) {
        const tensor = constants.tensor(input);
        const producer = producers.get(input);
        if (tensor) {
          if (!counted.has(input)) sum += tensor.byteLength;
          counted.add(input);
        } else if (producer && !visited.has(producer) && layerOf(producer) === undefined) sum += bytesOf(producer);
      }
      return sum;
    };
    for (const node of graph.nodes) {
      const layer = node.is('Constant') ? undefined : layerOf(node);
      if (layer !== undefined) bytes.set(layer, (bytes.get(layer) ?? 0) + bytesOf(node));
      for (const subgraph of node.subgraphs()) visit(subgraph, constants);
    }
  };
  visit(model.graph, undefined);
  return bytes;
}
