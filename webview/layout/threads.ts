/** Threads: runs of vertices, one a row, that look best one under the other. */

import { isDummy, type Layered } from './layered.ts';

export interface Thread {
  readonly vertices: readonly number[];
  /** By vertex: how far right of the first one it lies when the links between them are vertical. */
  readonly offsets: readonly number[];
}

/** All vertices beside the axis in threads, the longest first. */
export function threadsOf(graph: Layered, axis: Float64Array): Thread[] {
  const { down, up, upper, lower, upperAt, lowerAt } = graph;
  const linkBelow = new Int32Array(graph.count).fill(-1);
  const hasAbove = new Uint8Array(graph.count);
  for (let v = 0; v < graph.count; v++) {
    if (!Number.isNaN(axis[v]!)) continue;
    const link = preferred(v, down.items.subarray(down.start[v], down.start[v + 1]), lower);
    if (link < 0 || !Number.isNaN(axis[lower[link]!]!)) continue;
    const to = lower[link]!;
    if (preferred(to, up.items.subarray(up.start[to], up.start[to + 1]), upper) !== link) continue;
    linkBelow[v] = link;
    hasAbove[to] = 1;
  }
  const found: Thread[] = [];
  for (let first = 0; first < graph.count; first++) {
    if (hasAbove[first] || !Number.isNaN(axis[first]!)) continue;
    const vertices = [first];
    const offsets = [0];
    for (let link = linkBelow[first]!; link >= 0; link = linkBelow[lower[link]!]!) {
      offsets.push(offsets.at(-1)! + upperAt[link]! - lowerAt[link]!);
      vertices.push(lower[link]!);
    }
    found.push({ vertices, offsets });
  }
  return found.sort((a, b) => b.vertices.length - a.vertices.length);

  /** A passing line goes straight on, boxes stand under boxes; of several the middle one. */
  function preferred(v: number, links: Int32Array, far: Int32Array): number {
    const dummy = isDummy(graph, v);
    const alike = links.filter((link) => isDummy(graph, far[link]!) === dummy);
    const choice = alike.length > 0 ? alike : links;
    return choice.length > 0 ? choice[(choice.length - 1) >> 1]! : -1;
  }
}
