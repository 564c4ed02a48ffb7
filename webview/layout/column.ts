/** A connected content as segments, one under the other on one axis. */

import { vertexCount, type Content } from './content.ts';
import { gather, type Csr } from './csr.ts';
import { cutRanks, type Cuts } from './cuts.ts';
import { farEdges, type FarEdges } from './far-edges.ts';
import { IntList } from './int-list.ts';
import type { LayoutMemo } from './memo.ts';
import { rankVertices, type Ranks } from './ranks.ts';
import type { SegmentLayout } from './segment.ts';
import { layoutSegment } from './segment-layout.ts';

export interface Column {
  readonly content: Content;
  readonly ranks: Ranks;
  readonly farEdges: FarEdges;
  readonly cuts: Cuts;
  /** By vertex: its segment, and its number in there. */
  readonly segment: Int32Array;
  readonly local: Int32Array;
  /** By wire: its number in the segment of its source. The wire that enters a segment has number 0 there. */
  readonly localWire: Int32Array;
  /** By segment. */
  readonly layouts: readonly SegmentLayout[];
}

export function columnOf(content: Content, memo: LayoutMemo): Column {
  const ranks = rankVertices(content);
  const farOnes = farEdges(content, ranks);
  const cuts = cutRanks(content, ranks, farOnes);
  const count = vertexCount(content);
  const column = {
    content, ranks, farEdges: farOnes, cuts,
    segment: new Int32Array(count),
    local: new Int32Array(count),
    localWire: new Int32Array(content.wireAt.length).fill(-1),
    layouts: [] as SegmentLayout[],
  };
  const rows = gather(ranks.count, count, ranks.rank);
  const segments = cuts.wireAbove.length;
  for (let s = 0; s < segments; s++) {
    const begin = rows.start[cuts.firstRank[s]!]!;
    const end = rows.start[cuts.firstRank[s + 1]!]!;
    for (let i = begin; i < end; i++) {
      column.segment[rows.items[i]!] = s;
      column.local[rows.items[i]!] = i - begin;
    }
  }
  const shape = new IntList(256);
  for (let s = 0; s < segments; s++) {
    writeShape(shape, column, rows, s);
    column.layouts.push(memo.segments.of(shape.view(), layoutSegment));
  }
  return column;
}

/** Writes the shape of a segment, as `segmentOf` reads it, and numbers its wires. */
function writeShape(shape: IntList, column: Column, rows: Csr, s: number): void {
  const { content, ranks, cuts, farEdges: { bus }, segment, local, localWire } = column;
  const { firstWire, firstEdge, wireAt, target, targetAt, width, height, boxes } = content;
  const firstRank = cuts.firstRank[s]!;
  const begin = rows.start[firstRank]!;
  const end = rows.start[cuts.firstRank[s + 1]!]!;
  const wireIn = cuts.wireAbove[s]!;
  const wireOut = cuts.wireAbove[s + 1] ?? -1;
  const entry = end - begin;
  const exit = entry + (wireIn >= 0 ? 1 : 0);

  shape.length = 0;
  shape.push(cuts.firstRank[s + 1]! - firstRank);
  shape.push(end - begin);
  shape.push(wireIn >= 0 ? 1 : 0);
  shape.push(wireOut >= 0 ? 1 : 0);
  shape.push(0);
  shape.push(0);
  for (let i = begin; i < end; i++) {
    const v = rows.items[i]!;
    shape.push(ranks.rank[v]! - firstRank + 1);
    shape.push(width[v]!);
    shape.push(height[v]!);
    shape.push(v >= boxes ? 1 : 0);
  }
  let wires = 0;
  let edges = 0;
  if (wireIn >= 0) writeWire(wireIn, entry, 0);
  for (let i = begin; i < end; i++) {
    const v = rows.items[i]!;
    for (let w = firstWire[v]!; w < firstWire[v + 1]!; w++) {
      const number = wires;
      if (writeWire(w, i - begin, wireAt[w]!)) localWire[w] = number;
    }
  }
  shape.values[4] = wires;
  shape.values[5] = edges;

  /** Leaves out what is not in this segment; returns false, and writes nothing, where nothing is left. */
  function writeWire(wire: number, source: number, at: number): boolean {
    const before = shape.length;
    shape.push(source);
    shape.push(at);
    shape.push(0);
    let count = 0;
    for (let e = firstEdge[wire]!; e < firstEdge[wire + 1]!; e++) {
      if (bus[e] || segment[target[e]!] !== s) continue;
      shape.push(local[target[e]!]!);
      shape.push(targetAt[e]!);
      count++;
    }
    if (wire === wireOut) {
      shape.push(exit);
      shape.push(0);
      count++;
    }
    if (count === 0) {
      shape.length = before;
      return false;
    }
    shape.values[before + 2] = count;
    wires++;
    edges += count;
    return true;
  }
}
