/** Groups that are alike inside: the same operators and groups, in the same order, with the same edges between them. */

import type { Edges } from './edges.ts';
import type { GroupList } from './group-list.ts';

/**
 * By group: equal numbers for groups of equal structure, -1 for one that is unlike all others. Node k of one group is
 * node k of the other, in the order of their numbers.
 *
 * @param signatures by node: equal numbers for nodes that are drawn alike
 */
export function groupShapes(groups: GroupList, edges: Edges, signatures: Int32Array): Int32Array {
  const { parents, kinds } = groups;
  const { items, links } = partsOf(groups, edges, signatures);
  const classes = new Map<string, number>();
  const counts: number[] = [];
  const classOf = new Int32Array(parents.length);
  // What is inside comes after what is around it.
  for (let group = parents.length - 1; group >= 0; group--) {
    const words = items[group]!.map((item) => (item < 0 ? `g${classOf[-1 - item]!}` : item));
    const word = `${kinds[group]!} ${words.join(' ')}|${links[group]!.join(' ')}`;
    let known = classes.get(word);
    if (known === undefined) {
      known = counts.push(0) - 1;
      classes.set(word, known);
    }
    counts[known]! += 1;
    classOf[group] = known;
  }
  const numbers = new Map<number, number>();
  return classOf.map((shape) => {
    if (counts[shape] === 1) return -1;
    if (!numbers.has(shape)) numbers.set(shape, numbers.size);
    return numbers.get(shape)!;
  });
}

interface Parts {
  /** By group: signatures of the nodes that are directly in it; -1 - g in the place of the first node of a group g. */
  readonly items: readonly number[][];
  /** By group: the edges within it that are not within a group inside, as the positions of their ends in the group. */
  readonly links: readonly number[][];
}

function partsOf({ groupOf, parents }: GroupList, { source, target }: Edges, signatures: Int32Array): Parts {
  const items: number[][] = parents.map(() => []);
  const links: number[][] = parents.map(() => []);
  const depth = new Int32Array(parents.length);
  for (let group = 0; group < parents.length; group++) {
    depth[group] = parents[group]! < 0 ? 0 : depth[parents[group]!]! + 1;
  }
  // A node's positions in the groups around it, the outermost first, from `first[node]` on.
  const first = new Int32Array(groupOf.length + 1);
  for (let node = 0; node < groupOf.length; node++) {
    first[node + 1] = first[node]! + (groupOf[node]! < 0 ? 0 : depth[groupOf[node]!]! + 1);
  }
  const position = new Int32Array(first[groupOf.length]!);
  const sizes = new Int32Array(parents.length);
  for (let node = 0; node < groupOf.length; node++) {
    let inner = -1;
    for (let group = groupOf[node]!; group >= 0; group = parents[group]!) {
      if (inner < 0) items[group]!.push(signatures[node]!);
      else if (sizes[inner] === 1) items[group]!.push(-1 - inner);
      position[first[node]! + depth[group]!] = sizes[group]!;
      sizes[group]! += 1;
      inner = group;
    }
  }
  const reads = new Int32Array(groupOf.length);
  for (let e = 0; e < source.length; e++) {
    reads[target[e]!]! += 1;
    let [a, b] = [groupOf[source[e]!]!, groupOf[target[e]!]!];
    while (a !== b) {
      if (b < 0 || (a >= 0 && depth[a]! >= depth[b]!)) a = parents[a]!;
      else b = parents[b]!;
    }
    if (a < 0) continue;
    links[a]!.push(position[first[source[e]!]! + depth[a]!]!, position[first[target[e]!]! + depth[a]!]!);
  }
  // How many tensors each node reads tells how many come from outside.
  for (let node = 0; node < groupOf.length; node++) if (groupOf[node]! >= 0) links[groupOf[node]!]!.push(reads[node]!);
  return { items, links };
}
