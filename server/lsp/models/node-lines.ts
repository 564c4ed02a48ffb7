/** The lines of the graph view's nodes in the text view. */

import type { NodeTable } from '../../engine/analysis/structure/node-table.ts';
import { nodeLines as linesOfNodes } from '../../engine/formats/onnx/text/node-lines.ts';
import type { Model } from '../../engine/model/model.ts';

/** By number of the node, 0-based. Inputs and outputs are in the line of the graph's name. */
export function nodeLines(model: Model, { nodes }: NodeTable): Int32Array {
  const { head, lineOf } = linesOfNodes(model);
  return Int32Array.from(nodes, (entry) => (entry.kind === 'operator' ? lineOf.get(entry.node) ?? head : head));
}
