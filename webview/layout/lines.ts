/** The points of whole lines, from the hops that they are made of. */

import type { ContentLayout } from './content.ts';
import type { Members } from './contents.ts';
import type { Hops } from './hops.ts';
import type { BoxPlaces } from './layout.ts';
import { PointList } from './point-list.ts';
import type { BoxShapes } from './contents.ts';
import type { Lines } from './scene.ts';
import type { VisibleLines } from './visible.ts';

/** How far the loop of a node that reads its own output reaches beside it. */
const loopReach = 12;

export function linesOf(
  lines: VisibleLines, hops: Hops, members: Members, layouts: readonly (ContentLayout | undefined)[], places: BoxPlaces,
  shapes: BoxShapes,
): Lines {
  const { ends } = lines;
  const count = ends.count;
  const edgeOfHop = new Int32Array(hops.ends.count);
  for (let c = 0; c + 1 < members.hopStart.length; c++) {
    for (let i = members.hopStart[c]!; i < members.hopStart[c + 1]!; i++) {
      edgeOfHop[members.hops[i]!] = i - members.hopStart[c]!;
    }
  }
  const start = new Int32Array(count + 1);
  const list = new PointList();
  const sourceBox = new Int32Array(count);
  const targetBox = new Int32Array(count);
  const tensor = new Int32Array(count);
  const bus = new Uint8Array(count);
  const back = new Uint8Array(count);
  for (let line = 0; line < count; line++) {
    sourceBox[line] = ends.first(line);
    targetBox[line] = ends.second(line);
    tensor[line] = ends.third(line);
    list.beginLine();
    if (sourceBox[line] === targetBox[line]) {
      addLoop(sourceBox[line]!);
      back[line] = 1;
    }
    for (let i = hops.lineStart[line]!; i < hops.lineStart[line + 1]!; i++) {
      const hop = hops.ofLine[i]!;
      const c = hops.container[hop]! + 1;
      const layout = layouts[c]!;
      const edge = edgeOfHop[hop]!;
      for (let k = layout.start[edge]!; k < layout.start[edge + 1]!; k++) {
        list.add(layout.points[2 * k]! + places.contentX[c]!, layout.points[2 * k + 1]! + places.contentY[c]!);
      }
      bus[line]! |= layout.bus[edge]!;
      back[line]! |= layout.back[edge]!;
    }
    start[line + 1] = list.count;
  }
  return { count, start, points: list.points(), sourceBox, targetBox, tensor, edges: lines.edges, bus, back };

  function addLoop(box: number): void {
    const middle = places.x[box]! + shapes.width[box]! / 2;
    const side = places.x[box]! + shapes.width[box]! + loopReach;
    const top = places.y[box]!;
    const bottom = top + shapes.height[box]!;
    list.add(middle, bottom);
    list.add(middle, bottom + loopReach);
    list.add(side, bottom + loopReach);
    list.add(side, top - loopReach);
    list.add(middle, top - loopReach);
    list.add(middle, top);
  }
}
