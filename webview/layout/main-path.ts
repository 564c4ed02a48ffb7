/** The axis of a segment: the path that is drawn as one straight line. */

import { isDummy, type Layered } from './layered.ts';

/** Where a path should begin, if it can: at the wire from above, else at a port. */
const bonus = { entry: 1 << 24, port: 1 << 16 } as const;

/**
 * By vertex: the place on the axis that it must have so that the path is straight, NaN for vertices beside it. The path
 * is the one with the most boxes, so that a skip connection passes beside the boxes and not the other way round.
 */
export function mainPath(graph: Layered, rows: readonly Int32Array[]): Float64Array {
  const { segment, up, upper, upperAt, lowerAt } = graph;
  const score = new Float64Array(graph.count);
  const from = new Int32Array(graph.count).fill(-1);
  let last = -1;
  for (const row of rows) {
    for (const v of row) {
      let best = -1;
      for (let k = up.start[v]!; k < up.start[v + 1]!; k++) {
        const link = up.items[k]!;
        if (best < 0 || score[upper[link]!]! > score[upper[best]!]!) best = link;
      }
      from[v] = best;
      score[v] = (best < 0 ? 0 : score[upper[best]!]!) + own(v);
      if (last < 0 || score[v] > score[last]!) last = v;
    }
  }
  if (segment.exit >= 0) last = segment.exit;
  const axis = new Float64Array(graph.count).fill(NaN);
  let path: number[] = [];
  for (let v = last; v >= 0; v = from[v]! < 0 ? -1 : upper[from[v]!]!) path.push(v);
  path = path.reverse();
  path.forEach((v, i) => {
    const link = i > 0 ? from[v]! : from[path[1] ?? v]!;
    if (link < 0) axis[v] = 0;
    else axis[v] = i > 0 ? -lowerAt[link]! : -upperAt[link]!;
  });
  return axis;

  function own(v: number): number {
    if (v === segment.entry) return bonus.entry;
    if (isDummy(graph, v)) return 0;
    return segment.port[v] && up.start[v] === up.start[v + 1] ? bonus.port : 1;
  }
}
