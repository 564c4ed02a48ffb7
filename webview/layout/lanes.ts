/** Bus lines: each has a lane beside the column and runs to it between the rows. */

import type { Column } from './column.ts';
import { wireSources } from './content.ts';
import { spacing } from './spacing.ts';

export interface Lane {
  readonly wire: number;
  /** From the axis. */
  readonly x: number;
  /** Gap g lies above row g; track t is the t-th horizontal run in its gap. */
  readonly sourceGap: number;
  readonly sourceTrack: number;
  /** By row of a target: the track in the gap above it. */
  readonly targetTrack: ReadonlyMap<number, number>;
}

export interface Lanes {
  readonly lanes: readonly Lane[];
  /** By wire: its lane, or -1. */
  readonly laneOf: Int32Array;
  /** By gap: horizontal runs in it. */
  readonly tracks: Int32Array;
  /** How far the lanes reach from the axis. */
  readonly left: number;
  readonly right: number;
}

/** What a wire needs of its lane. */
interface Demand {
  readonly wire: number;
  readonly sourceTrack: number;
  readonly targetTrack: Map<number, number>;
  readonly top: number;
  readonly bottom: number;
  /** Mean place of what the lane connects, from the axis. */
  readonly middle: number;
}

/** How far each row reaches from the axis. */
export interface RowReach {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

/** Skylines work on this many buckets of rows, so that many lines over many rows stay cheap. */
const buckets = 512;

/** Packs the shortest lanes first, so that lines that enclose others lie outside; each on the nearer side. */
export function packLanes(column: Column, x: Float32Array, reach: RowReach): Lanes {
  const { ranks: { rank, count } } = column;
  const tracks = new Int32Array(count + 1);
  const sources = wireSources(column.content);
  const demands: Demand[] = [];
  for (let wire = 0; wire < sources.length; wire++) {
    const demand = demandOf(column, sources[wire]!, wire, x, tracks);
    if (demand) demands.push(demand);
  }
  demands.sort((a, b) => (a.bottom - a.top) - (b.bottom - b.top) || a.wire - b.wire);

  const onRight = new Skyline(reach.right, 1);
  const onLeft = new Skyline(reach.left, -1);
  const laneOf = new Int32Array(sources.length).fill(-1);
  let left = 0;
  let right = 0;
  const lanes = demands.map(({ wire, sourceTrack, targetTrack, top, bottom, middle }, i): Lane => {
    laneOf[wire] = i;
    const [rightX, leftX] = [onRight.free(top, bottom), onLeft.free(top, bottom)];
    const x = 2 * middle >= leftX + rightX ? rightX : leftX;
    (x === rightX ? onRight : onLeft).take(top, bottom, x);
    left = Math.min(left, x);
    right = Math.max(right, x);
    return { wire, x, sourceGap: rank[sources[wire]!]! + 1, sourceTrack, targetTrack };
  });
  return { lanes, laneOf, tracks, left, right };
}

/** Takes tracks for the bus edges of a wire; undefined where it has none. */
function demandOf(
  { content: { firstEdge, target }, ranks: { rank }, farEdges: { bus } }: Column,
  source: number, wire: number, x: Float32Array, tracks: Int32Array,
): Demand | undefined {
  const from = rank[source]!;
  const targetTrack = new Map<number, number>();
  let top = from;
  let bottom = from;
  let sum = x[source]!;
  let ends = 1;
  for (let e = firstEdge[wire]!; e < firstEdge[wire + 1]!; e++) {
    if (!bus[e]) continue;
    const to = rank[target[e]!]!;
    top = Math.min(top, to);
    bottom = Math.max(bottom, to);
    sum += x[target[e]!]!;
    ends++;
    if (!targetTrack.has(to)) targetTrack.set(to, tracks[to]!++);
  }
  if (ends === 1) return undefined;
  return { wire, sourceTrack: tracks[from + 1]!++, targetTrack, top, bottom, middle: sum / ends };
}

/** How far one side of the column reaches. */
class Skyline {
  private readonly side: 1 | -1;
  private readonly rowsPerBucket: number;
  /** By bucket, counted away from the axis on either side. */
  private readonly reach: Float32Array;

  constructor(reach: Float32Array, side: 1 | -1) {
    this.side = side;
    this.rowsPerBucket = Math.max(1, Math.ceil(reach.length / buckets));
    this.reach = new Float32Array(Math.ceil(reach.length / this.rowsPerBucket));
    for (let row = 0; row < reach.length; row++) {
      const bucket = Math.floor(row / this.rowsPerBucket);
      this.reach[bucket] = Math.max(this.reach[bucket]!, side * reach[row]!);
    }
  }

  /** The nearest free place for a lane along these rows. */
  free(top: number, bottom: number): number {
    let reach = 0;
    for (let bucket = this.bucket(top); bucket <= this.bucket(bottom); bucket++) {
      reach = Math.max(reach, this.reach[bucket]!);
    }
    return this.side * (reach + spacing.lane);
  }

  take(top: number, bottom: number, x: number): void {
    this.reach.fill(this.side * x, this.bucket(top), this.bucket(bottom) + 1);
  }

  private bucket(row: number): number {
    return Math.floor(row / this.rowsPerBucket);
  }
}
