/** Stable topological order of a graph's nodes (Kahn 1962), counting what subgraphs capture as inputs. */

import { LatheError } from '../errors.ts';
import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/** Names that `node` reads from the graph it stands in: its inputs and what its subgraphs capture. */
export function outerReads(node: Node): Set<string> {
  const reads = new Set(node.inputs.filter(Boolean));
  for (const subgraph of node.subgraphs()) collectFree(subgraph, reads);
  return reads;
}

function collectFree(graph: Graph, into: Set<string>): void {
  const defined = new Set<string>();
  for (const input of graph.inputs) defined.add(input.name);
  for (const name of graph.initializers.keys()) defined.add(name);
  for (const name of graph.sparseInitializers.keys()) defined.add(name);
  for (const node of graph.nodes) for (const output of node.outputs) defined.add(output);
  const read = (name: string): void => {
    if (name && !defined.has(name)) into.add(name);
  };
  for (const node of graph.nodes) for (const name of outerReads(node)) read(name);
  for (const output of graph.outputs) read(output.name);
}

/**
 * The nodes in an order in which every value is made before it is used; nodes already in order stay where they are.
 *
 * @throws LatheError `MODEL_INVALID` naming a node on a cycle
 */
export function topologicalOrder(nodes: readonly Node[]): Node[] {
  const producer = new Map<string, number>();
  nodes.forEach((node, i) => {
    for (const output of node.outputs) if (output) producer.set(output, i);
  });
  const waiting = new Int32Array(nodes.length);
  const successors: number[][] = nodes.map(() => []);
  let inOrder = true;
  for (const [i, node] of nodes.entries()) {
    for (const name of outerReads(node)) {
      const from = producer.get(name);
      if (from === undefined) continue;
      successors[from]!.push(i);
      waiting[i]! += 1;
      if (from >= i) inOrder = false;
    }
  }
  if (inOrder) return [...nodes];

  // Among the ready nodes the one that stood first goes first: a binary heap of positions keeps the order stable.
  const ready = new MinHeap();
  for (let i = 0; i < nodes.length; i++) if (waiting[i] === 0) ready.push(i);
  const order: Node[] = [];
  for (let i = ready.pop(); i !== undefined; i = ready.pop()) {
    order.push(nodes[i]!);
    for (const next of successors[i]!) {
      const left = waiting[next]! - 1;
      waiting[next] = left;
      if (left === 0) ready.push(next);
    }
  }
  if (order.length < nodes.length) {
    const stuck = nodes.find((_, i) => waiting[i]! > 0)!;
    throw new LatheError('MODEL_INVALID', `The graph has a cycle through node "${stuck.label}".`, {
      at: { node: stuck.label },
    });
  }
  return order;
}

class MinHeap {
  private readonly items: number[] = [];

  push(item: number): void {
    const { items } = this;
    let i = items.push(item) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (items[parent]! <= item) break;
      items[i] = items[parent]!;
      i = parent;
    }
    items[i] = item;
  }

  pop(): number | undefined {
    const { items } = this;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined || items.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child += 1;
      if (items[child]! >= last) break;
      items[i] = items[child]!;
      i = child;
    }
    items[i] = last;
    return top;
  }
}
