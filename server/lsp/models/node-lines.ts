/** The lines of the graph view's nodes in the text view. */

import type { NodeTable } from '../../engine/analysis/structure/node-table.ts';
import { nodeLines as linesOfNodes } from '../../engine/formats/onnx/text/node-lines.ts';
import type { Model } from '../../engine/model/model.ts';

/** By number of the node, 0-based. Inputs and outputs are in the line of the graph's name. */
export function nodeLines(model: Model, { nodes, places }: NodeTable): Int32Array {
  const { head, lineOf } = linesOfNodes(model);
  const lines = new Int32Array(nodes.length).fill(head);
  for (const [number, entry] of nodes.entries()) {
    if (entry.kind !== 'operator') continue;
    const { owner } = places[entry.place]!;
    // What is in a function stands in the line of its call.
    lines[number] = lineOf.get(entry.node) ?? (owner < 0 ? head : lines[owner]!);
  }
  return lines;
}
