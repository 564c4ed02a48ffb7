/** Cycles among the nodes of a graph. */

import type { Node } from './node.ts';
import { outerReads } from './toposort.ts';

/** The nodes of one cycle, each using what the one before it makes; undefined when there is none. */
export function findCycle(nodes: readonly Node[]): Node[] | undefined {
  const producers = new Map<string, Node>();
  for (const node of nodes) for (const output of node.outputs) if (output) producers.set(output, node);
  const sources = (node: Node): Node[] => {
    const found: Node[] = [];
    for (const name of outerReads(node)) {
      const producer = producers.get(name);
      if (producer) found.push(producer);
    }
    return found;
  };
  const done = new Set<Node>();
  for (const root of nodes) {
    if (done.has(root)) continue;
    // Depth first along the inputs with a stack of its own: chains of nodes are longer than the call stack is deep.
    const trail: { readonly node: Node; readonly open: Node[] }[] = [{ node: root, open: sources(root) }];
    const onTrail = new Set([root]);
    while (trail.length > 0) {
      const top = trail.at(-1)!;
      const next = top.open.pop();
      if (!next) {
        trail.pop();
        onTrail.delete(top.node);
        done.add(top.node);
      } else if (onTrail.has(next)) {
        const start = trail.findIndex(({ node }) => node === next);
        return trail.slice(start).map(({ node }) => node).reverse();
      } else if (!done.has(next)) {
        trail.push({ node: next, open: sources(next) });
        onTrail.add(next);
      }
    }
  }
  return undefined;
}
