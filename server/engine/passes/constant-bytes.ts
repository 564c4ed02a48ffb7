/** How many bytes of constants each node reads: what plans show. */

import { Constants } from '../model/constants.ts';
import type { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Tensor } from '../model/tensor.ts';

/** Bytes by label, in the main graph and its subgraphs; of constants that `counts` accepts. */
export function constantBytes(model: Model, counts: (tensor: Tensor) => boolean = () => true): Map<string, number> {
  const bytes = new Map<string, number>();
  addGraph(model.graph, model.irVersion, counts, bytes);
  return bytes;
}

function addGraph(
  graph: Graph,
  irVersion: number,
  counts: (tensor: Tensor) => boolean,
  bytes: Map<string, number>,
  outer?: Constants,
): void {
  const constants = new Constants(graph, irVersion, outer);
  for (const node of graph.nodes) {
    let sum = 0;
    for (const input of node.inputs) {
      const tensor = constants.tensor(input);
      if (tensor && counts(tensor)) sum += tensor.byteLength;
    }
    bytes.set(node.label, sum);
    for (const inner of node.subgraphs()) addGraph(inner, irVersion, counts, bytes, constants);
  }
}
