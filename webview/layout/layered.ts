/** A segment with a dummy in every row that a wire passes, so that every link leads from a row to the next. */

import { gather, type Csr } from './csr.ts';
import type { Segment } from './segment.ts';

export interface Layered {
  readonly segment: Segment;
  /** Vertices of the segment, then dummies. */
  readonly count: number;
  readonly rows: number;
  readonly row: Int32Array;
  readonly firstDummy: Int32Array;
  /** By link: its upper and its lower end, and where it meets them, from their middles. */
  readonly upper: Int32Array;
  readonly lower: Int32Array;
  readonly upperAt: Int32Array;
  readonly lowerAt: Int32Array;
  /** Links below and above each vertex. */
  readonly down: Csr;
  readonly up: Csr;
}

/** All edges of a wire share its dummies: a tensor is one line until it branches off to its readers. */
export function layered(segment: Segment): Layered {
  const { row, wireSource, wireAt, firstEdge, target, targetAt } = segment;
  const boxes = row.length;
  const firstDummy = new Int32Array(wireSource.length);
  let count = boxes;
  for (let w = 0; w < wireSource.length; w++) {
    firstDummy[w] = count;
    const reach = lowestTarget(segment, w);
    count += Math.max(0, reach - row[wireSource[w]!]! - 1);
  }
  const dummies = count - boxes;
  const links = dummies + target.length;
  const rowOf = new Int32Array(count);
  rowOf.set(row);
  const upper = new Int32Array(links);
  const lower = new Int32Array(links);
  const upperAt = new Int32Array(links);
  const lowerAt = new Int32Array(links);
  let link = 0;
  for (let w = 0; w < wireSource.length; w++) {
    const source = wireSource[w]!;
    const below = row[source]! + 1;
    const end = w + 1 < wireSource.length ? firstDummy[w + 1]! : count;
    for (let dummy = firstDummy[w]!; dummy < end; dummy++, link++) {
      const first = dummy === firstDummy[w]!;
      rowOf[dummy] = below + dummy - firstDummy[w]!;
      upper[link] = first ? source : dummy - 1;
      upperAt[link] = first ? wireAt[w]! : 0;
      lower[link] = dummy;
    }
    for (let e = firstEdge[w]!; e < firstEdge[w + 1]!; e++, link++) {
      const rows = row[target[e]!]! - below;
      upper[link] = rows === 0 ? source : firstDummy[w]! + rows - 1;
      upperAt[link] = rows === 0 ? wireAt[w]! : 0;
      lower[link] = target[e]!;
      lowerAt[link] = targetAt[e]!;
    }
  }
  return {
    segment, count, rows: segment.rows + 2, row: rowOf, firstDummy, upper, lower, upperAt, lowerAt,
    down: gather(count, links, upper), up: gather(count, links, lower),
  };
}

function lowestTarget({ row, firstEdge, target }: Segment, wire: number): number {
  let lowest = 0;
  for (let e = firstEdge[wire]!; e < firstEdge[wire + 1]!; e++) lowest = Math.max(lowest, row[target[e]!]!);
  return lowest;
}

export function isDummy(graph: Layered, vertex: number): boolean {
  return vertex >= graph.segment.row.length;
}
