/** Straight lines: moves whole threads, so that the links along them become vertical. */

import type { Layered } from './layered.ts';
import { separation } from './separation.ts';
import { threads } from './threads.ts';

const rounds = 2;

/** Changes `x`. Vertices on the axis stay where they are. */
export function straighten(
  graph: Layered, rows: readonly Int32Array[], axis: Float64Array, x: Float32Array,
): void {
  const { row } = graph;
  const place = new Int32Array(graph.count);
  for (const vertices of rows) vertices.forEach((v, i) => place[v] = i);
  const lowest = (v: number): number => {
    const left = place[v]! > 0 ? rows[row[v]!]![place[v]! - 1]! : -1;
    return left < 0 ? -Infinity : x[left]! + separation(graph, left, v);
  };
  const highest = (v: number): number => {
    const right = rows[row[v]!]![place[v]! + 1];
    return right === undefined ? Infinity : x[right]! - separation(graph, v, right);
  };

  const found = threads(graph, axis);
  for (let round = 0; round < rounds; round++) {
    for (const thread of found) {
      for (let begin = 0; begin < thread.vertices.length;) begin = moveRun(thread.vertices, thread.offsets, begin);
    }
  }

  /** Aligns as many vertices from `begin` on as have a place in common; returns the first one after them. */
  function moveRun(vertices: readonly number[], offsets: readonly number[], begin: number): number {
    let low = -Infinity;
    let high = Infinity;
    let end = begin;
    for (; end < vertices.length; end++) {
      const nextLow = Math.max(low, lowest(vertices[end]!) - offsets[end]!);
      const nextHigh = Math.min(high, highest(vertices[end]!) - offsets[end]!);
      if (nextLow > nextHigh) break;
      low = nextLow;
      high = nextHigh;
    }
    if (end === begin) return begin + 1;
    const wants: number[] = [];
    for (let i = begin; i < end; i++) wants.push(x[vertices[i]!]! - offsets[i]!);
    wants.sort((a, b) => a - b);
    const want = Math.min(high, Math.max(low, wants[wants.length >> 1]!));
    for (let i = begin; i < end; i++) x[vertices[i]!] = want + offsets[i]!;
    return end;
  }
}
