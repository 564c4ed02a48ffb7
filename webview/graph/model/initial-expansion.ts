/** Which groups stand open when a model is opened for the first time. */

import type { GroupTree } from './group-tree.ts';

/** As many boxes as a person takes in at once; smaller models are shown whole. */
const comfortableBoxes = 150;

/**
 * 1 for groups to show open. A model of up to 150 nodes is open; in a bigger one level after level opens, from the
 * outside in, as long as no more than 150 boxes are to be seen.
 */
export function initialExpansion(groups: GroupTree, nodeCount: number): Uint8Array {
  const expanded = new Uint8Array(groups.count);
  if (nodeCount <= comfortableBoxes) return expanded.fill(1);
  let level = groups.children[groups.count]!;
  let boxes = groups.members[groups.count]!.length + level.length;
  while (level.length > 0) {
    const next = level.flatMap((g) => groups.children[g]!);
    const added = level.reduce((sum, g) => sum + groups.members[g]!.length + groups.children[g]!.length - 1, 0);
    if (boxes + added > comfortableBoxes) break;
    for (const g of level) expanded[g] = 1;
    boxes += added;
    level = next;
  }
  return expanded;
}

/** Opens the groups around a node or group, so that it can be seen; tells whether one was closed. */
export function expandTo(groups: GroupTree, expanded: Uint8Array, innermost: number): boolean {
  let changed = false;
  for (const g of groups.chain(innermost)) {
    if (expanded[g]) continue;
    expanded[g] = 1;
    changed = true;
  }
  return changed;
}
