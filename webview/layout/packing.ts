/** Parts that nothing connects, beside each other and in shelves. */

import type { Component } from './components.ts';
import { vertexCount, type Content, type ContentLayout } from './content.ts';
import { spacing } from './spacing.ts';

/** Width of a drawing whose parts may lie anywhere, over its height. */
const aspect = 1.4;

/**
 * Parts with ports side by side from the top, because their wires come in at the upper and leave at the lower edge; all
 * others after them on shelves, in their order.
 */
export function packComponents(
  content: Content, parts: readonly Component[], layouts: readonly ContentLayout[],
): ContentLayout {
  const x = new Float32Array(vertexCount(content));
  const y = new Float32Array(x.length);
  const withPorts = parts.map((part) => part.content.inPorts + part.content.outPorts > 0);
  const left = new Float32Array(parts.length);
  const top = new Float32Array(parts.length);

  let width = 0;
  let height = 0;
  parts.forEach((_, i) => {
    if (!withPorts[i]) return;
    left[i] = width;
    width += layouts[i]!.width + spacing.component;
    height = Math.max(height, layouts[i]!.height);
  });
  const shelves = shelve(layouts.map((layout, i) => withPorts[i] ? undefined : layout), height);
  layouts.forEach((_, i) => {
    if (withPorts[i]) return;
    left[i] = width + shelves.left[i]!;
    top[i] = shelves.top[i]!;
  });
  width = shelves.width > 0 ? width + shelves.width : Math.max(0, width - spacing.component);
  height = Math.max(height, shelves.height);

  const lengths = new Int32Array(content.target.length);
  parts.forEach((part, i) => part.edges.forEach((e, j) => lengths[e] = pointsOf(layouts[i]!, j)));
  const start = new Int32Array(lengths.length + 1);
  for (let e = 0; e < lengths.length; e++) start[e + 1] = start[e]! + lengths[e]!;
  const points = new Float32Array(2 * start[lengths.length]!);
  const bus = new Uint8Array(lengths.length);
  const back = new Uint8Array(lengths.length);
  const leaving = content.boxes + content.inPorts;
  parts.forEach((part, i) => {
    const layout = layouts[i]!;
    part.vertices.forEach((v, j) => {
      x[v] = layout.x[j]! + left[i]!;
      y[v] = v >= leaving ? height : layout.y[j]! + top[i]!;
    });
    part.edges.forEach((e, j) => {
      bus[e] = layout.bus[j]!;
      back[e] = layout.back[j]!;
      for (let k = 0; k < lengths[e]!; k++) {
        points[2 * (start[e]! + k)] = layout.points[2 * (layout.start[j]! + k)]! + left[i]!;
        points[2 * (start[e]! + k) + 1] = layout.points[2 * (layout.start[j]! + k) + 1]! + top[i]!;
      }
      // A leaving port may lie lower than in its own part.
      if (content.target[e]! >= leaving) points[2 * start[e + 1]! - 1] = height;
    });
  });
  return { width, height, x, y, start, points, bus, back };
}

function pointsOf(layout: ContentLayout, edge: number): number {
  return layout.start[edge + 1]! - layout.start[edge]!;
}

/** Rows of parts, each as high as its highest part. */
function shelve(layouts: readonly (ContentLayout | undefined)[], minHeight: number): {
  left: Float32Array; top: Float32Array; width: number; height: number;
} {
  const left = new Float32Array(layouts.length);
  const top = new Float32Array(layouts.length);
  let area = 0;
  let widest = 0;
  for (const layout of layouts) {
    if (!layout) continue;
    area += (layout.width + spacing.component) * (layout.height + spacing.component);
    widest = Math.max(widest, layout.width);
  }
  const limit = Math.max(widest, minHeight > 0 ? area / minHeight : Math.sqrt(area * aspect));
  let x = 0;
  let y = 0;
  let shelf = 0;
  let width = 0;
  layouts.forEach((layout, i) => {
    if (!layout) return;
    if (x > 0 && x + layout.width > limit) {
      y += shelf + spacing.component;
      x = 0;
      shelf = 0;
    }
    left[i] = x;
    top[i] = y;
    x += layout.width + spacing.component;
    shelf = Math.max(shelf, layout.height);
    width = Math.max(width, x - spacing.component);
  });
  return { left, top, width, height: y + shelf };
}
