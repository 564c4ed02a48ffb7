/** Lays out one segment: order of its rows, places in them, and how far it reaches. */

import { placeVertices } from './coordinates.ts';
import { isDummy, layered, type Layered } from './layered.ts';
import { orderRows } from './ordering.ts';
import { segmentOf, type SegmentLayout } from './segment.ts';

export function layoutSegment(shape: Int32Array): SegmentLayout {
  const graph = layered(segmentOf(shape));
  const x = placeVertices(graph, orderRows(graph));
  return { x, firstDummy: graph.firstDummy, ...extents(graph, x) };
}

function extents(graph: Layered, x: Float32Array): Omit<SegmentLayout, 'x' | 'firstDummy'> {
  const { segment, row, rows, upper, lower, upperAt, lowerAt } = graph;
  const left = new Float32Array(rows);
  const right = new Float32Array(rows);
  const rowHeight = new Int32Array(rows);
  const slant = new Float32Array(rows);
  for (let v = 0; v < graph.count; v++) {
    const half = isDummy(graph, v) ? 0 : segment.width[v]! / 2;
    left[row[v]!] = Math.min(left[row[v]!]!, x[v]! - half);
    right[row[v]!] = Math.max(right[row[v]!]!, x[v]! + half);
    if (!isDummy(graph, v)) rowHeight[row[v]!] = Math.max(rowHeight[row[v]!]!, segment.height[v]!);
  }
  for (let link = 0; link < upper.length; link++) {
    const sideways = Math.abs(x[upper[link]!]! + upperAt[link]! - x[lower[link]!]! - lowerAt[link]!);
    const above = row[upper[link]!]!;
    slant[above] = Math.max(slant[above]!, sideways);
  }
  return { left, right, rowHeight, slant };
}
