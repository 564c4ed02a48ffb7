/** Where a drawing can be cut into segments that are laid out on their own. */

import type { Content } from './content.ts';
import type { FarEdges } from './far-edges.ts';
import type { Ranks } from './ranks.ts';

export interface Cuts {
  /** By segment, one longer: its first row. */
  readonly firstRank: Int32Array;
  /** By segment: the one wire that crosses the cut above it, or -1. */
  readonly wireAbove: Int32Array;
}

/** Cuts wherever at most one wire of the layered drawing crosses from a row to the next, O(V + E). */
export function cutRanks(content: Content, { rank, count }: Ranks, { bus }: FarEdges): Cuts {
  const { firstWire, firstEdge, target } = content;
  /** By row: wires that cross to the next one, and the sum of their numbers - their number, where there is one. */
  const crossing = new Int32Array(count + 1);
  const numbers = new Float64Array(count + 1);
  for (let v = 0; v + 1 < firstWire.length; v++) {
    for (let w = firstWire[v]!; w < firstWire[v + 1]!; w++) {
      let reach = rank[v]!;
      for (let e = firstEdge[w]!; e < firstEdge[w + 1]!; e++) if (!bus[e]) reach = Math.max(reach, rank[target[e]!]!);
      if (reach === rank[v]!) continue;
      crossing[rank[v]!]!++;
      crossing[reach]!--;
      numbers[rank[v]!]! += w;
      numbers[reach]! -= w;
    }
  }
  const firstRank = [0];
  const wireAbove = [-1];
  for (let row = 0, wires = 0, sum = 0; row + 1 < count; row++) {
    wires += crossing[row]!;
    sum += numbers[row]!;
    if (wires > 1) continue;
    firstRank.push(row + 1);
    wireAbove.push(wires === 1 ? sum : -1);
  }
  firstRank.push(count);
  return { firstRank: Int32Array.from(firstRank), wireAbove: Int32Array.from(wireAbove) };
}
