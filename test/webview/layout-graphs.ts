/** Random graphs for tests of the layout: nodes in groups in groups, edges with tensors, some with cycles. */

import * as fc from 'fast-check';
import type { LayoutGraph } from '../../webview/layout/messages.ts';
import type { BoxSizes } from '../../webview/layout/scene.ts';

export interface LayoutCase {
  readonly graph: LayoutGraph;
  readonly sizes: BoxSizes;
  readonly expanded: Uint8Array;
}

/** A graph of nodes and edges; each group lies in one before it. */
export function graphOf(
  nodes: number, edges: readonly (readonly [number, number, number])[], group: readonly number[] = [],
  groupParent: readonly number[] = [],
): LayoutGraph {
  return {
    kind: new Uint8Array(nodes),
    opType: new Int32Array(nodes),
    group: Int32Array.from({ length: nodes }, (_, n) => group[n] ?? -1),
    source: Int32Array.from(edges, ([source]) => source),
    target: Int32Array.from(edges, ([, target]) => target),
    tensor: Int32Array.from(edges, ([, , tensor]) => tensor),
    groupParent: Int32Array.from(groupParent),
    groupKind: new Uint8Array(groupParent.length),
    groupShape: new Int32Array(groupParent.length).fill(-1),
  };
}

export function sizesOf(graph: LayoutGraph, width = 80, height = 40): BoxSizes {
  const groups = graph.groupParent.length;
  return {
    nodeWidth: new Float32Array(graph.group.length).fill(width),
    nodeHeight: new Float32Array(graph.group.length).fill(height),
    groupWidth: new Float32Array(groups).fill(width),
    groupHeight: new Float32Array(groups).fill(height),
    frameTitleHeight: 22,
  };
}

/** Cases with up to `maxNodes` nodes; edges lead to later nodes unless `cyclic`. */
export function layoutCases(maxNodes: number, cyclic: boolean): fc.Arbitrary<LayoutCase> {
  return fc.record({
    nodes: fc.integer({ min: 0, max: maxNodes }),
    groups: fc.integer({ min: 0, max: 8 }),
    density: fc.integer({ min: 0, max: 3 }),
    reach: fc.constantFrom(2, 5, 1000),
    seed: fc.integer(),
  }).map(({ nodes, groups, density, reach, seed }) => {
    const random = randomIntegers(seed);
    const groupParent = Array.from({ length: groups }, (_, g) => random(g + 1) - 1);
    // Neighbours in the file are often in one group, as in real models.
    let current = -1;
    const group = Array.from({ length: nodes }, () => {
      if (random(3) === 0) current = random(groups + 1) - 1;
      return current;
    });
    const edges: [number, number, number][] = [];
    for (let e = 0; e < nodes * density && nodes > 1; e++) {
      const target = cyclic ? random(nodes) : 1 + random(nodes - 1);
      const source = cyclic ? random(nodes) : target - 1 - random(Math.min(reach, target));
      // Two outputs a node.
      edges.push([source, target, 2 * source + random(2)]);
    }
    const graph = graphOf(nodes, edges, group, groupParent);
    return {
      graph,
      sizes: {
        nodeWidth: Float32Array.from({ length: nodes }, () => 30 + random(1000) / 8),
        nodeHeight: Float32Array.from({ length: nodes }, () => 20 + random(300) / 8),
        groupWidth: Float32Array.from({ length: groups }, () => 40 + random(1000) / 8),
        groupHeight: Float32Array.from({ length: groups }, () => 24 + random(200) / 8),
        frameTitleHeight: 22,
      },
      expanded: Uint8Array.from({ length: groups }, () => random(3) > 0 ? 1 : 0),
    };
  });
}

/** Integers in 0..below-1, the same for the same seed (xorshift, Marsaglia 2003). */
function randomIntegers(seed: number): (below: number) => number {
  let state = (seed | 0) || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
