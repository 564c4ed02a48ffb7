/** Which boxes the drawing has, for given open groups, and which lines lead between them. */

import { homeGroups } from './homes.ts';
import type { LayoutGraph } from './messages.ts';
import { TripleIndex } from './triple-index.ts';

export interface VisibleBoxes {
  readonly count: number;
  readonly node: Int32Array;
  readonly group: Int32Array;
  readonly expanded: Uint8Array;
  readonly parent: Int32Array;
  /** Frames around the box. */
  readonly depth: Int32Array;
  readonly boxOfNode: Int32Array;
  readonly boxOfGroup: Int32Array;
}

/** Groups first, outer ones before inner ones, then nodes. */
export function visibleBoxes(graph: LayoutGraph, expanded: Uint8Array): VisibleBoxes {
  const homes = homeGroups(graph, expanded);
  const groups = graph.groupParent.length;
  const nodes = graph.group.length;
  const boxOfGroup = new Int32Array(groups).fill(-1);
  /** By group: the box that shows what is inside it, when that has no box of its own; -1 while it has. */
  const cover = new Int32Array(groups).fill(-1);
  const shownGroups: number[] = [];
  for (let g = 0; g < groups; g++) {
    const around = graph.groupParent[g]!;
    if (around >= 0 && cover[around]! >= 0) {
      cover[g] = cover[around]!;
      continue;
    }
    boxOfGroup[g] = shownGroups.length;
    if (!expanded[g]) cover[g] = shownGroups.length;
    shownGroups.push(g);
  }
  const boxOfNode = new Int32Array(nodes);
  let count = shownGroups.length;
  for (let n = 0; n < nodes; n++) {
    const group = homes[n]!;
    boxOfNode[n] = group >= 0 && cover[group]! >= 0 ? cover[group]! : count++;
  }

  const boxes = {
    count, boxOfNode, boxOfGroup,
    node: new Int32Array(count).fill(-1),
    group: new Int32Array(count).fill(-1),
    expanded: new Uint8Array(count),
    parent: new Int32Array(count).fill(-1),
    depth: new Int32Array(count),
  };
  const put = (box: number, around: number): void => {
    if (around < 0) return;
    boxes.parent[box] = boxOfGroup[around]!;
    boxes.depth[box] = boxes.depth[boxOfGroup[around]!]! + 1;
  };
  shownGroups.forEach((g, box) => {
    boxes.group[box] = g;
    boxes.expanded[box] = expanded[g] ? 1 : 0;
    put(box, graph.groupParent[g]!);
  });
  for (let n = 0; n < nodes; n++) {
    const box = boxOfNode[n]!;
    if (box < shownGroups.length) continue;
    boxes.node[box] = n;
    put(box, homes[n]!);
  }
  return boxes;
}

export interface VisibleLines {
  /** Source box, target box and tensor of each line. */
  readonly ends: TripleIndex;
  /** By line: edges of the graph that it stands for. */
  readonly edges: Int32Array;
}

/** One line for all edges between two boxes that carry the same tensor; none for what a collapsed group hides. */
export function visibleLines(graph: LayoutGraph, { boxOfNode, node }: VisibleBoxes): VisibleLines {
  const { source, target, tensor } = graph;
  const ends = new TripleIndex(source.length);
  const edges = new Int32Array(source.length);
  for (let e = 0; e < source.length; e++) {
    const from = boxOfNode[source[e]!]!;
    const to = boxOfNode[target[e]!]!;
    if (from === to && node[from]! < 0) continue;
    edges[ends.add(from, to, tensor[e]!)]!++;
  }
  return { ends, edges: edges.slice(0, ends.count) };
}
