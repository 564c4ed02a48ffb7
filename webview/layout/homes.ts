/** Where the graph's inputs and outputs stand: beside what reads or makes them, where there are many. */

import type { LayoutGraph } from './messages.ts';

/** Fewer stand outside of all groups, where everybody looks for them. */
const many = 7;

/** Values of `kind`. */
const boundary = { input: 1, output: 2 } as const;

/**
 * By node: the group that it is drawn in. A decoder has an input and an output for each block; outside of the groups
 * each would be a line along all the blocks before its own. So they go into the innermost open group that holds all
 * that they are linked to.
 */
export function homeGroups(graph: LayoutGraph, expanded: Uint8Array): Int32Array {
  const { kind, group, groupParent, source, target } = graph;
  const moves = [boundary.input, boundary.output].filter((wanted) => {
    let count = 0;
    for (let n = 0; n < kind.length; n++) if (kind[n] === wanted && group[n]! < 0) count++;
    return count >= many;
  });
  if (moves.length === 0 || groupParent.length === 0) return group;

  const isOpen = new Uint8Array(groupParent.length);
  const depth = new Int32Array(groupParent.length);
  for (let g = 0; g < groupParent.length; g++) {
    const around = groupParent[g]!;
    isOpen[g] = expanded[g] && (around < 0 || isOpen[around]) ? 1 : 0;
    depth[g] = around < 0 ? 0 : depth[around]! + 1;
  }
  const common = (a: number, b: number): number => {
    while (a !== b && a >= 0 && b >= 0) {
      if (depth[a]! >= depth[b]!) a = groupParent[a]!;
      else b = groupParent[b]!;
    }
    return a === b ? a : -1;
  };
  const unknown = -2;
  const home = new Int32Array(kind.length).fill(unknown);
  const meet = (node: number, other: number): void => {
    if (group[node]! >= 0 || !moves.some((wanted) => wanted === kind[node])) return;
    home[node] = home[node] === unknown ? group[other]! : common(home[node]!, group[other]!);
  };
  for (let e = 0; e < source.length; e++) {
    meet(source[e]!, target[e]!);
    meet(target[e]!, source[e]!);
  }
  for (let n = 0; n < home.length; n++) {
    let g = home[n] === unknown ? group[n]! : home[n]!;
    if (home[n] !== unknown) while (g >= 0 && !isOpen[g]) g = groupParent[g]!;
    home[n] = g;
  }
  return home;
}
