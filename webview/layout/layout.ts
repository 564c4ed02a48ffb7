/** The layout of a model's graph, top to bottom, for the groups that are open. */

import { layoutContent } from './content-layout.ts';
import type { ContentLayout } from './content.ts';
import { ContentShapes, membersOf, type BoxShapes, type Members } from './contents.ts';
import { hopsOf } from './hops.ts';
import { linesOf } from './lines.ts';
import type { LayoutMemo } from './memo.ts';
import type { LayoutGraph } from './messages.ts';
import type { BoxSizes, Scene } from './scene.ts';
import { spacing } from './spacing.ts';
import { visibleBoxes, visibleLines, type VisibleBoxes } from './visible.ts';

/**
 * Layered drawing in the manner of Sugiyama, Tagawa and Toda (1981), made for model graphs: open groups are laid out as
 * contents of their own and equal ones once; tensors that reach far become bus lines; a content is cut into segments
 * wherever one tensor crosses, and equal segments are laid out once. Near-linear in nodes and edges; deterministic; the
 * order of the boxes does not depend on their sizes, so opening a group moves others only as a whole.
 *
 * `expanded[g]` is 1 for groups that are open. `memo` makes the next layout of the same graph faster and changes
 * nothing.
 */
export function layoutGraph(graph: LayoutGraph, sizes: BoxSizes, expanded: Uint8Array, memo: LayoutMemo): Scene {
  const boxes = visibleBoxes(graph, expanded);
  const lines = visibleLines(graph, boxes);
  const hops = hopsOf(boxes, lines);
  const members = membersOf(graph, boxes, hops);
  const shapes: BoxShapes = {
    width: new Int32Array(boxes.count),
    height: new Int32Array(boxes.count),
    portAt: new Int32Array(hops.ports.count),
  };
  for (let box = 0; box < boxes.count; box++) {
    const node = boxes.node[box]!;
    const group = boxes.group[box]!;
    shapes.width[box] = evenCeiling(node >= 0 ? sizes.nodeWidth[node]! : sizes.groupWidth[group]!);
    shapes.height[box] = Math.ceil(node >= 0 ? sizes.nodeHeight[node]! : sizes.groupHeight[group]!);
  }

  const contents = new ContentShapes();
  const titleHeight = Math.ceil(sizes.frameTitleHeight);
  const layouts: (ContentLayout | undefined)[] = new Array<undefined>(boxes.count + 1).fill(undefined);
  for (let box = boxes.count - 1; box >= 0; box--) {
    if (!boxes.expanded[box]) continue;
    const layout = layoutContent(contents.of(box + 1, members, boxes, hops, shapes), memo);
    layouts[box + 1] = layout;
    shapes.width[box] = Math.max(shapes.width[box]!, evenCeiling(layout.width) + 2 * spacing.frame);
    shapes.height[box] = Math.ceil(layout.height) + 2 * spacing.frame + titleHeight;
    placePorts(box, layout, members, boxes.count, shapes);
  }
  const top = layoutContent(contents.of(0, members, boxes, hops, shapes), memo);
  layouts[0] = top;
  const places = placeBoxes(boxes, members, layouts, shapes, titleHeight);
  return {
    width: top.width + 2 * spacing.margin,
    height: top.height + 2 * spacing.margin,
    boxes: {
      count: boxes.count, node: boxes.node, group: boxes.group, expanded: boxes.expanded, parent: boxes.parent,
      x: places.x, y: places.y,
      width: Float32Array.from(shapes.width),
      height: Float32Array.from(shapes.height),
    },
    lines: linesOf(lines, hops, members, layouts, places, shapes),
    boxOfNode: boxes.boxOfNode,
    boxOfGroup: boxes.boxOfGroup,
  };
}

function evenCeiling(length: number): number {
  return 2 * Math.ceil(length / 2);
}

/** Left edge of a frame's content, from the frame's own left edge. */
function contentLeft(frameWidth: number, layout: ContentLayout): number {
  return Math.floor((frameWidth - layout.width) / 2);
}

function placePorts(
  box: number, layout: ContentLayout, members: Members, boxCount: number, shapes: BoxShapes,
): void {
  const begin = members.start[box + 1]!;
  const frameWidth = shapes.width[box]!;
  for (let i = members.boxes[box + 1]!; begin + i < members.start[box + 2]!; i++) {
    const port = members.vertices[begin + i]! - boxCount;
    shapes.portAt[port] = Math.round(layout.x[i]! + contentLeft(frameWidth, layout) - frameWidth / 2);
  }
}

/** Left upper corners of the boxes and of the contents; container 0 is the top of the graph. */
export interface BoxPlaces {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly contentX: Float32Array;
  readonly contentY: Float32Array;
}

function placeBoxes(
  boxes: VisibleBoxes, members: Members, layouts: readonly (ContentLayout | undefined)[], shapes: BoxShapes,
  titleHeight: number,
): BoxPlaces {
  const x = new Float32Array(boxes.count);
  const y = new Float32Array(boxes.count);
  const contentX = new Float32Array(boxes.count + 1);
  const contentY = new Float32Array(boxes.count + 1);
  layouts.forEach((layout, c) => {
    if (!layout) return;
    const frame = c - 1;
    contentX[c] = frame < 0 ? spacing.margin : x[frame]! + contentLeft(shapes.width[frame]!, layout);
    contentY[c] = frame < 0 ? spacing.margin : y[frame]! + titleHeight + spacing.frame;
    for (let i = 0; i < members.boxes[c]!; i++) {
      const box = members.vertices[members.start[c]! + i]!;
      x[box] = contentX[c] + layout.x[i]! - shapes.width[box]! / 2;
      y[box] = contentY[c] + layout.y[i]!;
    }
  });
  return { x, y, contentX, contentY };
}
