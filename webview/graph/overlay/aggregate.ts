/** One figure for all nodes of a group. */

import type { OverlayMeasure } from '../../../protocol/graph/overlay.ts';
import type { GroupTree } from '../model/group-tree.ts';

/** By group, over all nodes inside it however deep; NaN where no node has a figure. */
export function aggregateGroups(
  values: Float64Array,
  groups: GroupTree,
  how: OverlayMeasure['aggregate'],
): Float64Array {
  const result = new Float64Array(groups.count).fill(NaN);
  const counts = new Float64Array(groups.count);
  const add = (group: number, value: number, count: number): void => {
    if (Number.isNaN(value)) return;
    const before = result[group]!;
    result[group] = Number.isNaN(before) ? value : combine(before, value, how);
    counts[group] = counts[group]! + count;
  };
  // A parent comes before its children: from the last on, what is inside a group is complete.
  for (let g = groups.count - 1; g >= 0; g--) {
    for (const node of groups.members[g]!) add(g, values[node]!, 1);
    const parent = groups.parent[g]!;
    if (parent >= 0) add(parent, result[g]!, counts[g]!);
  }
  // The mean is a sum until all of it is known.
  if (how === 'mean') for (let g = 0; g < groups.count; g++) result[g] = result[g]! / counts[g]!;
  return result;
}

function combine(a: number, b: number, how: OverlayMeasure['aggregate']): number {
  if (how === 'max') return Math.max(a, b);
  if (how === 'min') return Math.min(a, b);
  return a + b;
}
