/** Constant nodes become initializers, so that constants live in one place. */

import { constantNodeTensor } from '../../../model/constants.ts';
import type { Graph } from '../../../model/graph.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';

/** Does so in `graph` and its subgraphs, in place. Sparse constants stay nodes, and those that leave their graph. */
export function constantsToInitializers(graph: Graph): void {
  const outputs = new Set(graph.outputs.map((output) => output.name));
  graph.nodes = graph.nodes.filter((node) => {
    for (const inner of node.subgraphs()) constantsToInitializers(inner);
    const name = node.outputs[0];
    const tensor = constantNodeTensor(node) ?? stringTensor(node);
    if (!tensor || !name || outputs.has(name)) return true;
    graph.initializers.set(name, tensor.withName(name));
    return false;
  });
}

function stringTensor(node: Node): Tensor | undefined {
  if (!node.is('Constant')) return undefined;
  const [one, many] = [node.attributes.get('value_string'), node.attributes.get('value_strings')];
  const texts = one?.type === 'string' ? [one.value] : many?.type === 'strings' ? many.value : undefined;
  if (!texts) return undefined;
  const empty = Tensor.from('', 'uint8', [0], []);
  const strings = texts.map((text) => (typeof text === 'string' ? Buffer.from(text) : text));
  return new Tensor({ name: '', dtype: 'string', dims: one ? [] : [texts.length], storage: empty.storage, strings });
}
