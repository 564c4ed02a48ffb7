/** Lays out one content. */

import { columnOf, type Column } from './column.ts';
import { componentsOf } from './components.ts';
import { contentFrom, vertexCount, type Content, type ContentLayout } from './content.ts';
import { packLanes } from './lanes.ts';
import type { LayoutMemo } from './memo.ts';
import { packComponents } from './packing.ts';
import { routeEdges } from './routes.ts';
import { unpackTrays, withTrays } from './trays.ts';
import { rowReach, stackRows, type RowPlaces } from './stack.ts';

/** The layout of the content of that shape; of an equal one before, if there was one. */
export function layoutContent(shape: Int32Array, memo: LayoutMemo): ContentLayout {
  return memo.contents.of(shape, (kept) => {
    const content = contentFrom(kept);
    const parts = componentsOf(content);
    if (parts.length === 1) return layoutConnected(content, memo);
    return packComponents(content, parts, parts.map((part) => layoutConnected(part.content, memo)));
  });
}

function layoutConnected(content: Content, memo: LayoutMemo): ContentLayout {
  if (vertexCount(content) === 1) return layoutSingle(content);
  const trayed = withTrays(content);
  if (trayed) return unpackTrays(content, trayed, layoutColumn(trayed.content, memo));
  return layoutColumn(content, memo);
}

function layoutColumn(content: Content, memo: LayoutMemo): ContentLayout {
  const column = columnOf(content, memo);
  const reach = rowReach(column);
  const x = placesOnRows(column);
  const lanes = packLanes(column, x, reach);
  const rows = stackRows(column, lanes);
  const places = { x, y: upperEdges(column, rows) };
  const { start, points } = routeEdges(column, places, rows, lanes);

  let { left, right } = lanes;
  for (let row = 0; row < reach.left.length; row++) {
    left = Math.min(left, reach.left[row]!);
    right = Math.max(right, reach.right[row]!);
  }
  for (let v = 0; v < places.x.length; v++) places.x[v]! -= left;
  for (let i = 0; i < points.length; i += 2) points[i]! -= left;
  return {
    width: right - left, height: rows.height, ...places, start, points,
    bus: column.farEdges.bus, back: column.farEdges.back,
  };
}

/** By vertex: its middle, from the axis. */
function placesOnRows({ content, segment, local, layouts }: Column): Float32Array {
  const x = new Float32Array(vertexCount(content));
  for (let v = 0; v < x.length; v++) x[v] = layouts[segment[v]!]!.x[local[v]!]!;
  return x;
}

/** Room above and below a box up to which it stands in the middle of its row. */
const middleRoom = 60;

/** By vertex: boxes stand in the middle of their rows, but beside a tall frame at its beginning. */
function upperEdges({ content, ranks: { rank } }: Column, { top, bottom }: RowPlaces): Float32Array {
  const y = new Float32Array(vertexCount(content));
  for (let v = 0; v < y.length; v++) {
    const room = bottom[rank[v]!]! - top[rank[v]!]! - content.height[v]!;
    y[v] = top[rank[v]!]! + (room > middleRoom ? 0 : Math.floor(room / 2));
  }
  return y;
}

function layoutSingle(content: Content): ContentLayout {
  const edges = content.target.length;
  if (edges > 0) throw new RangeError('A single vertex has no edges: loops are drawn by the caller.');
  const width = content.width[0]!;
  return {
    width, height: content.height[0]!, x: Float32Array.of(width / 2), y: Float32Array.of(0),
    start: Int32Array.of(0), points: new Float32Array(0), bus: new Uint8Array(0), back: new Uint8Array(0),
  };
}
