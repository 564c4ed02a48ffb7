/** The points of the lines of a column. */

import type { Column } from './column.ts';
import type { Lane, Lanes } from './lanes.ts';
import { PointList } from './point-list.ts';
import { trackY, type RowPlaces } from './stack.ts';

/** Where the vertices of a column are: the middle and the upper edge, x from the axis. */
export interface Places {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** By edge of the content, in its order. */
export interface Routes {
  readonly start: Int32Array;
  readonly points: Float32Array;
}

export function routeEdges(
  column: Column, places: Places, rows: RowPlaces, lanes: Lanes,
): Routes {
  const { content, ranks: { rank }, farEdges: { bus }, cuts, segment, localWire, layouts } = column;
  const { firstWire, firstEdge, wireAt, target, targetAt, height } = content;
  const { x, y } = places;
  const list = new PointList();
  const start = new Int32Array(target.length + 1);
  for (let v = 0; v + 1 < firstWire.length; v++) {
    for (let wire = firstWire[v]!; wire < firstWire[v + 1]!; wire++) {
      for (let e = firstEdge[wire]!; e < firstEdge[wire + 1]!; e++) {
        const to = target[e]!;
        list.beginLine();
        const fromX = x[v]! + wireAt[wire]!;
        const toX = x[to]! + targetAt[e]!;
        list.add(fromX, y[v]! + height[v]!);
        if (bus[e]) alongLane(lanes.lanes[lanes.laneOf[wire]!]!, fromX, toX, rank[to]!);
        else throughRows(v, wire, to, toX);
        list.add(toX, y[to]!);
        start[e + 1] = list.count;
      }
    }
  }
  return { start, points: list.points() };

  function alongLane(lane: Lane, fromX: number, toX: number, toRow: number): void {
    const { tracks } = lanes;
    const leave = trackY(rows, lane.sourceGap, lane.sourceTrack, tracks[lane.sourceGap]!);
    const arrive = trackY(rows, toRow, lane.targetTrack.get(toRow)!, tracks[toRow]!);
    list.add(fromX, leave);
    list.add(lane.x, leave);
    list.add(lane.x, arrive);
    list.add(toX, arrive);
  }

  /** Through the dummies of the wire, segment by segment. */
  function throughRows(from: number, wire: number, to: number, toX: number): void {
    const last = segment[to]!;
    const toRow = rank[to]!;
    let row = rank[from]!;
    list.add(list.lastX, rows.bottom[row]!);
    for (let s = segment[from]!; s <= last; s++) {
      const layout = layouts[s]!;
      const entered = s > segment[from]!;
      const first = layout.firstDummy[entered ? 0 : localWire[wire]!]!;
      const firstRow = entered ? cuts.firstRank[s]! : row + 1;
      const end = s === last ? toRow : cuts.firstRank[s + 1]!;
      for (row = firstRow; row < end; row++) {
        const at = layout.x[first + row - firstRow]!;
        list.add(at, rows.top[row]!);
        list.add(at, rows.bottom[row]!);
      }
      // The cut itself lies on the axis, in the middle of the gap. From the axis a line may set out at once.
      if (s < last && list.lastX !== 0) list.add(0, (rows.bottom[end - 1]! + rows.top[end]!) / 2);
    }
    list.add(toX, rows.top[toRow]!);
  }
}
