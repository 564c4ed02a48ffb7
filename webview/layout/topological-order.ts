/** Vertices so that edges lead forward, as far as cycles let them. */

import { edgeWires, vertexCount, wireSources, type Content } from './content.ts';
import { gather } from './csr.ts';

/**
 * Kahn's order. Where only cycles are left, the vertex of a cycle that comes first in the file goes next: the edges
 * that then lead to it from behind are the ones drawn upwards.
 */
export function topologicalOrder(content: Content): Int32Array {
  const count = vertexCount(content);
  const { firstWire, firstEdge, target } = content;
  const waiting = new Int32Array(count);
  for (let e = 0; e < target.length; e++) waiting[target[e]!]!++;
  const order = new Int32Array(count);
  const done = new Uint8Array(count);
  let placed = 0;
  const place = (v: number): void => {
    order[placed++] = v;
    done[v] = 1;
  };
  for (let v = 0; v < count; v++) if (waiting[v] === 0) place(v);
  const cycles = new CycleFinder(content, done);
  for (let next = 0; placed < count || next < placed;) {
    if (next === placed) place(cycles.firstOfACycle());
    const v = order[next++]!;
    for (let e = firstEdge[firstWire[v]!]!; e < firstEdge[firstWire[v + 1]!]!; e++) {
      const to = target[e]!;
      waiting[to]!--;
      if (waiting[to] === 0 && !done[to]) place(to);
    }
  }
  return order;
}

/** Walks against the edges among vertices that are not done: each has such an edge, so the walk ends in a cycle. */
class CycleFinder {
  private readonly content: Content;
  private readonly done: Uint8Array;
  private next = 0;
  private steps = 0;
  private readonly seenAt: Int32Array;
  private sources: ((v: number) => number) | undefined;

  constructor(content: Content, done: Uint8Array) {
    this.content = content;
    this.done = done;
    this.seenAt = new Int32Array(done.length);
  }

  firstOfACycle(): number {
    this.sources ??= this.undoneSource();
    while (this.done[this.next]) this.next++;
    const began = this.steps + 1;
    let v = this.next;
    while (this.seenAt[v]! < began) {
      this.seenAt[v] = ++this.steps;
      v = this.sources(v);
    }
    const again = v;
    let first = v;
    for (let u = this.sources(v); u !== again; u = this.sources(u)) first = Math.min(first, u);
    return first;
  }

  private undoneSource(): (v: number) => number {
    const { content, done } = this;
    const into = gather(done.length, content.target.length, content.target);
    const wires = edgeWires(content);
    const sources = wireSources(content);
    return (v) => {
      for (let i = into.start[v]!; i < into.start[v + 1]!; i++) {
        const source = sources[wires[into.items[i]!]!]!;
        if (!done[source]) return source;
      }
      return v;
    };
  }
}
