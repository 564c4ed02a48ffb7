/** Which groups stand open in one graph so that it shows what the other one shows. */

import { otherSide, type Matching, type Side } from './matching.ts';

/**
 * By group of the other graph: 1 for open. The two may group their nodes differently, so it goes by nodes: a group is
 * open when a node that is seen in `side` has its counterpart inside. Groups without any counterpart stay as they are.
 *
 * @param expanded by group of `side`
 * @param before by group of the other graph: how they are now
 */
export function expandedLike(
  { models, counterpart }: Matching,
  side: Side,
  expanded: Uint8Array,
  before: Uint8Array,
): Uint8Array {
  const [from, to] = [models[side], models[otherSide[side]]];
  const seen = new Uint8Array(from.groups.count);
  for (let group = 0; group < seen.length; group++) {
    // A parent comes before its children.
    const parent = from.groups.parent[group]!;
    seen[group] = expanded[group]! & (parent < 0 ? 1 : seen[parent]!);
  }
  const wanted = before.slice();
  const touched = new Uint8Array(to.groups.count);
  const toOther = counterpart[side];
  for (const visible of [false, true]) {
    for (let node = 0; node < from.nodeCount; node++) {
      const other = toOther[node]!;
      const group = from.graph.group[node]!;
      if (other < 0 || (group < 0 || seen[group] === 1) !== visible) continue;
      for (let g = to.graph.group[other]!; g >= 0; g = to.groups.parent[g]!) {
        if (!visible && touched[g]) continue;
        touched[g] = 1;
        wanted[g] = Number(visible);
      }
    }
  }
  return wanted;
}
