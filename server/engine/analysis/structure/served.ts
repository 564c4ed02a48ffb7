/**
 * Quantizers write their helpers without names. Each serves a layer: what dequantizes a constant serves the layer that
 * reads it, and a pair around an activation serves the layer that made it.
 */

import type { Node } from '../../model/node.ts';

const helperOperators = ['QuantizeLinear', 'DequantizeLinear', 'DynamicQuantizeLinear', 'Cast', 'Mul'];

/** The layer that each nameless helper among `nodes`, all of one graph whose other nodes have names, serves. */
export function servedLayers(nodes: readonly Node[]): Map<Node, Node> {
  const helpers = nodes.filter((node) => node.name === '' && node.is(...helperOperators));
  const served = new Map<Node, Node>();
  if (helpers.length === 0 || helpers.length === nodes.length) return served;
  const isNamed = nodes.every((node) => node.name !== '' || node.is(...helperOperators));
  if (!isNamed) return served;
  const producers = new Map<string, Node>();
  const readers = new Map<string, Node>();
  for (const node of nodes) {
    for (const output of node.outputs) producers.set(output, node);
    for (const input of node.inputs) if (!readers.has(input)) readers.set(input, node);
  }
  const isHelper = new Set(helpers);
  /** Along a chain of helpers, as far as it goes. */
  const follow = (node: Node, next: (helper: Node) => Node | undefined): Node | undefined => {
    let at: Node | undefined = node;
    for (let steps = 0; at && isHelper.has(at) && steps < helpers.length; steps++) at = next(at);
    return at && !isHelper.has(at) ? at : undefined;
  };
  for (const helper of helpers) {
    const layer = follow(helper, ({ inputs }) => producers.get(inputs[0] ?? ''))
      ?? follow(helper, ({ outputs }) => readers.get(outputs[0] ?? ''));
    if (layer) served.set(helper, layer);
  }
  return served;
}
