/** The graph as a tree of groups and nodes, cut down to the rows that are to be seen. */

import type { GroupTree } from '../model/group-tree.ts';
import type { Selection } from '../session/session.ts';

export interface TreeRow {
  readonly of: Selection;
  /** 1 at the top, as `aria-level`. */
  readonly level: number;
  /** 1-based place among its siblings and how many there are. */
  readonly position: number;
  readonly siblings: number;
  /** undefined for nodes. */
  readonly expanded: boolean | undefined;
}

/** Rows from the top down. Siblings are in the order of their first nodes, as the model runs. */
export function treeRows(groups: GroupTree, expanded: Uint8Array): TreeRow[] {
  const first = firstNodes(groups);
  const rows: TreeRow[] = [];
  const add = (group: number, level: number): void => {
    const inside = ordered(groups, group, first);
    inside.forEach((of, i) => {
      const open = of.kind === 'group' ? expanded[of.group] === 1 : undefined;
      rows.push({ of, level, position: i + 1, siblings: inside.length, expanded: open });
      if (of.kind === 'group' && open) add(of.group, level + 1);
    });
  };
  add(groups.count, 1);
  return rows;
}

/** The row that is, or stands for, a selection: where it is inside a collapsed group the group's. -1 for none. */
export function rowOf(rows: readonly TreeRow[], of: Selection, groups: GroupTree, groupOfNode: Int32Array): number {
  const exact = rows.findIndex((row) => same(row.of, of));
  if (exact >= 0) return exact;
  const chain = groups.chain(of.kind === 'node' ? groupOfNode[of.node]! : of.group);
  return rows.findIndex((row) => row.of.kind === 'group' && row.expanded === false && chain.includes(row.of.group));
}

export function same(a: Selection, b: Selection): boolean {
  return a.kind === 'node' ? b.kind === 'node' && a.node === b.node : b.kind === 'group' && a.group === b.group;
}

/** The row above that the row is inside, -1 at the top. */
export function parentRow(rows: readonly TreeRow[], row: number): number {
  const { level } = rows[row]!;
  for (let i = row - 1; i >= 0; i--) if (rows[i]!.level < level) return i;
  return -1;
}

function firstNodes(groups: GroupTree): Int32Array {
  const first = new Int32Array(groups.count).fill(2 ** 31 - 1);
  for (let g = groups.count - 1; g >= 0; g--) {
    first[g] = Math.min(first[g]!, groups.members[g]![0] ?? first[g]!);
    const parent = groups.parent[g]!;
    if (parent >= 0) first[parent] = Math.min(first[parent]!, first[g]!);
  }
  return first;
}

function ordered(groups: GroupTree, group: number, first: Int32Array): Selection[] {
  const place = (of: Selection): number => (of.kind === 'node' ? of.node : first[of.group]!);
  return [
    ...groups.members[group]!.map((node) => ({ kind: 'node', node }) as const),
    ...groups.children[group]!.map((inner) => ({ kind: 'group', group: inner }) as const),
  ].sort((a, b) => place(a) - place(b));
}
