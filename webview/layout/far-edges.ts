/** Which edges leave the layered drawing and become bus lines beside the column. */

import type { Content } from './content.ts';
import type { Ranks } from './ranks.ts';

export const far = {
  /** An edge over more rows than this is far. */
  rows: 64,
  /** A tensor with this many readers, one of them over more than `fanRows` rows away, is a bus … */
  readers: 4,
  fanRows: 24,
  /** … for all its readers more than this many rows away. */
  nearRows: 3,
} as const;

export interface FarEdges {
  /** By edge: 1 where it is drawn beside the column; edges that lead upwards always are. */
  readonly bus: Uint8Array;
  /** By edge: 1 where it leads upwards. */
  readonly back: Uint8Array;
}

/** Without this, a mask that feeds every block would need a dummy vertex in every row that it passes. */
export function farEdges(content: Content, { rank }: Ranks): FarEdges {
  const { firstWire, firstEdge, target } = content;
  const bus = new Uint8Array(target.length);
  const back = new Uint8Array(target.length);
  for (let v = 0; v + 1 < firstWire.length; v++) {
    for (let w = firstWire[v]!; w < firstWire[v + 1]!; w++) {
      const begin = firstEdge[w]!;
      const end = firstEdge[w + 1]!;
      let reach = 0;
      for (let e = begin; e < end; e++) reach = Math.max(reach, rank[target[e]!]! - rank[v]!);
      const near = end - begin >= far.readers && reach > far.fanRows ? far.nearRows : far.rows;
      for (let e = begin; e < end; e++) {
        const rows = rank[target[e]!]! - rank[v]!;
        if (rows <= 0) back[e] = 1;
        if (rows <= 0 || rows > near) bus[e] = 1;
      }
    }
  }
  return { bus, back };
}
