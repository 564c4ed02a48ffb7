/** Weights in half precision that are converted to float32 when the model is loaded: half the file, the same speed. */

import { attr } from '../../model/attribute.ts';
import { Constants } from '../../model/constants.ts';
import type { Graph } from '../../model/graph.ts';
import { GraphIndex } from '../../model/graph-index.ts';
import type { Model } from '../../model/model.ts';
import { Node } from '../../model/node.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import { dataTypeCode } from '../../tensor/dtype.ts';
import type { LayerAction } from '../pass.ts';
import type { HalfConstants } from './half-tensor.ts';
import { collectNames, schemeName, type HalfOptions } from './to-half-options.ts';

/** Below, the node that converts takes as much as is saved. */
const minElements = 128;

/** Converts the model in place; returns what became of its layers. */
export function storeHalfWeights(model: Model, options: HalfOptions, constants: HalfConstants): LayerAction[] {
  const taken = collectNames(model.graph, new UniqueNames());
  const layers = new Map<Node, LayerAction>();
  const graphs = new Set([model.graph]);
  for (const { node } of model.graph.walk()) for (const inner of node.subgraphs()) graphs.add(inner);
  for (const graph of graphs) convertGraph(graph, options, constants, taken, layers);
  return [...layers.values()];
}

function convertGraph(
  graph: Graph,
  { type, keepsFloat }: HalfOptions,
  constants: HalfConstants,
  taken: UniqueNames,
  layers: Map<Node, LayerAction>,
): void {
  const index = new GraphIndex(graph);
  // The model was raised to IR 4: initializers that are inputs too are defaults that callers may override.
  const fixed = new Constants(graph, 4);
  const casts: Node[] = [];
  for (const [name, tensor] of [...graph.initializers]) {
    if (tensor.dtype !== 'float32' || tensor.size < minElements || !fixed.has(name) || index.isOutput(name)) continue;
    const readers = index.uses(name).map((use) => use.node);
    if (readers.some((node) => keepsFloat(node) || isQuantization(node))) continue;
    const stored = taken.claim(`${name}_${type}`);
    graph.initializers.delete(name);
    graph.initializers.set(stored, constants.convert(tensor).withName(stored));
    casts.push(new Node({
      opType: 'Cast',
      name: `${name}_to_float32`,
      inputs: [stored],
      outputs: [name],
      attributes: { to: attr.int(dataTypeCode('float32')) },
    }));
    for (const node of readers) {
      layers.set(node, { name: node.label, opType: node.opType, action: schemeName(type), reason: 'weights only' });
    }
  }
  graph.nodes = [...casts, ...graph.nodes];
}

/** Scales of quantized values: few numbers, and every digit counts. */
function isQuantization(node: Node): boolean {
  return node.opType.includes('QuantizeLinear') || node.opType.startsWith('QLinear');
}
