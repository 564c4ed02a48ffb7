/** Bus lines: each has a lane beside the column and runs to it between the rows. */

import { wireSources } from './content.ts';
import type { Column } from './column.ts';
import { spacing } from './spacing.ts';

export interface Lane {
  readonly wire: number;
  /** From the axis. */
  x: number;
  /** By edge of the wire that is a bus edge: gap g lies above row g; track t is the t-th horizontal run there. */
  readonly sourceGap: number;
  readonly sourceTrack: number;
  readonly targetTrack: Map<number, number>;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** By wire: its lane, or -1. */
  readonly laneOf: Int32Array;
  /** By gap: horizontal runs in it. */
  readonly tracks: Int32Array;
  /** How far the lanes reach to the right. */
  readonly right: number;
}

/** Skyline packing works on this many buckets of rows, so that many lines over many rows stay cheap. */
const buckets = 512;

/** Packs the shortest lanes first, so that lines that enclose others lie outside. `right` is by row. */
export function packLanes(column: Column, right: Float32Array): Lanes {
  const { content, ranks: { rank, count }, farEdges: { bus } } = column;
  const { firstEdge, target } = content;
  const sources = wireSources(content);
  const laneOf = new Int32Array(sources.length).fill(-1);
  const tracks = new Int32Array(count + 1);
  const lanes: (Lane & { readonly top: number; readonly bottom: number })[] = [];
  for (let wire = 0; wire < sources.length; wire++) {
    const from = rank[sources[wire]!]!;
    let top = from;
    let bottom = from;
    let any = false;
    const targetTrack = new Map<number, number>();
    for (let e = firstEdge[wire]!; e < firstEdge[wire + 1]!; e++) {
      if (!bus[e]) continue;
      any = true;
      const to = rank[target[e]!]!;
      top = Math.min(top, to);
      bottom = Math.max(bottom, to);
      if (!targetTrack.has(to)) targetTrack.set(to, tracks[to]!++);
    }
    if (!any) continue;
    lanes.push({ wire, x: 0, top, bottom, sourceGap: from + 1, sourceTrack: tracks[from + 1]!++, targetTrack });
  }
  lanes.sort((a, b) => (a.bottom - a.top) - (b.bottom - b.top) || a.wire - b.wire);

  const perBucket = Math.max(1, Math.ceil(count / buckets));
  const skyline = new Float32Array(Math.ceil(count / perBucket));
  for (let row = 0; row < count; row++) {
    const bucket = Math.floor(row / perBucket);
    skyline[bucket] = Math.max(skyline[bucket]!, right[row]!);
  }
  let reach = 0;
  lanes.forEach((lane, i) => {
    laneOf[lane.wire] = i;
    const first = Math.floor(lane.top / perBucket);
    const last = Math.floor(lane.bottom / perBucket);
    let x = 0;
    for (let bucket = first; bucket <= last; bucket++) x = Math.max(x, skyline[bucket]!);
    lane.x = x + spacing.lane;
    skyline.fill(lane.x, first, last + 1);
    reach = Math.max(reach, lane.x);
  });
  return { lanes, laneOf, tracks, right: reach };
}
