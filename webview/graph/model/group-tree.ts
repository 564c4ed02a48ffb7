/** Groups of a graph as a tree: children, members, depth, and names that stay the same when the file is read again. */

import type { GraphColumns, GraphNames } from '../../../protocol/graph/structure.ts';

type GroupColumns = Pick<GraphColumns, 'group' | 'groupParent' | 'groupShape'> & Pick<GraphNames, 'groupNames'>;

export class GroupTree {
  readonly count: number;
  /** By group: the group around it, -1 for none. */
  readonly parent: Int32Array;
  /** By group: 0 at the top. */
  readonly depth: Int32Array;
  /** By group: nodes in it and in the groups inside it. */
  readonly size: Int32Array;
  /** By group: how many groups look like it inside, itself included; 1 for one that is unlike all others. */
  readonly repeats: Int32Array;
  /** By group: its names from the outside in, joined by '/', unique. */
  readonly paths: readonly string[];
  /** By group: the groups directly in it; at index `count` those at the top. */
  readonly children: readonly (readonly number[])[];
  /** By group: the nodes directly in it; at index `count` those in no group. */
  readonly members: readonly (readonly number[])[];

  readonly #groupOfPath = new Map<string, number>();

  constructor(graph: GroupColumns) {
    const count = graph.groupParent.length;
    this.count = count;
    this.parent = graph.groupParent;
    this.depth = new Int32Array(count);
    this.size = new Int32Array(count);
    this.repeats = new Int32Array(count).fill(1);
    const children: number[][] = Array.from({ length: count + 1 }, () => []);
    const members: number[][] = Array.from({ length: count + 1 }, () => []);
    const paths: string[] = [];
    for (let g = 0; g < count; g++) {
      const parent = this.parent[g]!;
      this.depth[g] = parent < 0 ? 0 : this.depth[parent]! + 1;
      children[parent < 0 ? count : parent]!.push(g);
      paths.push(this.#name(parent < 0 ? '' : `${paths[parent]!}/`, graph.groupNames[g] ?? '', g));
    }
    for (let node = 0; node < graph.group.length; node++) {
      const group = graph.group[node]!;
      members[group < 0 ? count : group]!.push(node);
    }
    // A parent comes before its children: from the last to the first every size is complete when it is added.
    for (let g = count - 1; g >= 0; g--) {
      this.size[g] = this.size[g]! + members[g]!.length;
      const parent = this.parent[g]!;
      if (parent >= 0) this.size[parent] = this.size[parent]! + this.size[g]!;
    }
    this.#countRepeats(graph.groupShape);
    this.children = children;
    this.members = members;
    this.paths = paths;
  }

  /** The group of that path, -1 for none. */
  find(path: string): number {
    return this.#groupOfPath.get(path) ?? -1;
  }

  /** Every node in the group and in the groups inside it. */
  nodesOf(group: number): number[] {
    const nodes: number[] = [];
    const open = [group];
    for (let g = open.pop(); g !== undefined; g = open.pop()) {
      for (const node of this.members[g]!) nodes.push(node);
      open.push(...this.children[g]!);
    }
    return nodes.sort((a, b) => a - b);
  }

  /** The groups around `group`, the outermost first, itself last; empty for -1. */
  chain(group: number): number[] {
    const chain: number[] = [];
    for (let g = group; g >= 0; g = this.parent[g]!) chain.unshift(g);
    return chain;
  }

  #name(prefix: string, name: string, group: number): string {
    let path = prefix + name;
    for (let i = 2; this.#groupOfPath.has(path); i++) path = `${prefix}${name}#${i}`;
    this.#groupOfPath.set(path, group);
    return path;
  }

  #countRepeats(shape: Int32Array): void {
    const counts = new Map<number, number>();
    for (const s of shape) counts.set(s, (counts.get(s) ?? 0) + 1);
    for (let g = 0; g < this.count; g++) {
      if (shape[g]! >= 0) this.repeats[g] = counts.get(shape[g]!)!;
    }
  }
}
