/**
 * How lines lead through frames. A line from inside one frame to inside another leaves the first through a port at its
 * bottom and enters the other through a port at its top: one hop in each content that it passes.
 */

import { IntList } from './int-list.ts';
import { TripleIndex } from './triple-index.ts';
import type { VisibleBoxes, VisibleLines } from './visible.ts';

/** The second number of a port: which edge of its frame it lies on. */
export const portSide = { top: 0, bottom: 1 } as const;

export interface Hops {
  /** Frame box, side and tensor of each port. */
  readonly ports: TripleIndex;
  /**
   * Two vertices and the tensor of each hop. A vertex is a box, or `boxes + port` for a port seen from inside its
   * frame.
   */
  readonly ends: TripleIndex;
  /** By hop: the frame box that it lies in, -1 at the top. */
  readonly container: Int32Array;
  /** Hops of line i, from its source to its target: `ofLine[lineStart[i]]` up to `ofLine[lineStart[i + 1]]`. */
  readonly lineStart: Int32Array;
  readonly ofLine: Int32Array;
}

export function hopsOf(boxes: VisibleBoxes, lines: VisibleLines): Hops {
  const { parent, depth, count } = boxes;
  const ports = new TripleIndex();
  const ends = new TripleIndex(lines.ends.count);
  const containers = new IntList(lines.ends.count);
  const ofLine = new IntList(lines.ends.count);
  const lineStart = new Int32Array(lines.ends.count + 1);
  const hop = (from: number, to: number, tensor: number, container: number): number => {
    const number = ends.add(from, to, tensor);
    if (number === containers.length) containers.push(container);
    return number;
  };
  const inwards: number[] = [];
  for (let line = 0; line < lines.ends.count; line++) {
    const tensor = lines.ends.third(line);
    // The vertices that stand for both ends in the content reached so far, and the boxes that they belong to.
    let from = lines.ends.first(line);
    let to = lines.ends.second(line);
    inwards.length = 0;
    while (parent[from] !== parent[to]) {
      const outwards = depth[from]! >= depth[to]!;
      const frame = parent[outwards ? from : to]!;
      if (outwards) {
        ofLine.push(hop(from, count + ports.add(frame, portSide.bottom, tensor), tensor, frame));
        from = frame;
      } else {
        inwards.push(hop(count + ports.add(frame, portSide.top, tensor), to, tensor, frame));
        to = frame;
      }
    }
    if (from !== to) ofLine.push(hop(from, to, tensor, parent[from]!));
    for (let i = inwards.length - 1; i >= 0; i--) ofLine.push(inwards[i]!);
    lineStart[line + 1] = ofLine.length;
  }
  return { ports, ends, container: containers.view(), lineStart, ofLine: ofLine.view() };
}
