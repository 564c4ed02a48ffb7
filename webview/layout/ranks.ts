/** Which row each vertex is in. */

import { edgeWires, vertexCount, wireSources, type Content } from './content.ts';
import { gather } from './csr.ts';
import { topologicalOrder } from './topological-order.ts';

/** A tensor with this many readers is a hub: it is no reason to stay near its source. */
const hubReaders = 4;
const largeHubReaders = 8;

/**
 * What a hub feeds moves down only if it moves farther than this: parallel branches begin side by side, but the many
 * that read a shape stand where they are needed.
 */
const hubRows = 8;
const largeHubRows = 3;

/** Farther than this from the hub it is no small calculation beside the column any more, but perhaps the column. */
const hubDistance = 10;

const deadEndsPerRow = 2;

export interface Ranks {
  /** By vertex: its row; every forward edge leads to a greater one. */
  readonly rank: Int32Array;
  readonly count: number;
}

/**
 * Longest-path rows, O(V + E): entering ports in the first row, leaving ports in the last. What only constants and
 * inputs feed moves down to its first reader, and so does a vertex whose inputs reach as far down anyway.
 */
export function rankVertices(content: Content): Ranks {
  const count = vertexCount(content);
  const { boxes, inPorts, outPorts, firstWire, firstEdge, target } = content;
  const order = topologicalOrder(content);
  const position = new Int32Array(count);
  for (let i = 0; i < count; i++) position[order[i]!] = i;

  const rank = new Int32Array(count);
  if (inPorts > 0) {
    rank.fill(1, 0, boxes);
    rank.fill(1, boxes + inPorts);
  }
  for (let i = 0; i < count; i++) {
    const v = order[i]!;
    for (let e = firstEdge[firstWire[v]!]!; e < firstEdge[firstWire[v + 1]!]!; e++) {
      const to = target[e]!;
      if (position[to]! > i) rank[to] = Math.max(rank[to]!, rank[v]! + 1);
    }
  }
  let last = 0;
  for (let v = 0; v < boxes + inPorts; v++) last = Math.max(last, rank[v]!);
  if (outPorts > 0) rank.fill(++last, boxes + inPorts);
  pullDown(content, order, position, rank);
  return { rank, count: count === 0 ? 0 : last + 1 };
}

/** From the last vertex to the first, so that chains move as a whole. */
function pullDown(content: Content, order: Int32Array, position: Int32Array, rank: Int32Array): void {
  const { boxes, firstWire, firstEdge, target } = content;
  const into = gather(order.length, target.length, target);
  const wires = edgeWires(content);
  const sources = wireSources(content);
  const reach = new WireReach(content, rank);

  /** 0 for what has to stay, 1 for what only inputs and constants feed that feed nothing else; with hubs, 1 + rows. */
  const floating = new Uint8Array(order.length);
  /** By vertex: how far it is from the hub. */
  const distance = new Int32Array(order.length);
  for (let i = 0; i < order.length; i++) {
    const v = order[i]!;
    let floats = v < boxes ? 1 : 0;
    for (let j = into.start[v]!; j < into.start[v + 1]! && floats > 0; j++) {
      const wire = wires[into.items[j]!]!;
      const source = sources[wire]!;
      const readers = firstEdge[wire + 1]! - firstEdge[wire]!;
      const readersOfSource = firstEdge[firstWire[source + 1]!]! - firstEdge[firstWire[source]!]!;
      if (readers < hubReaders) distance[v] = Math.max(distance[v]!, distance[source]! + 1);
      if (readers >= hubReaders) floats = Math.max(floats, 1 + (readers >= largeHubReaders ? largeHubRows : hubRows));
      else if (floating[source]! > 1) floats = Math.max(floats, floating[source]!);
      else if (floating[source] !== 1 || readersOfSource !== 1) floats = 0;
    }
    floating[v] = floats > 1 && distance[v]! > hubDistance ? 0 : floats;
  }
  const deadEnds = new DeadEnds(boxes, rank, floating);

  for (let i = order.length - 1; i >= 0; i--) {
    const v = order[i]!;
    if (v >= boxes) continue;
    let lowest = Infinity;
    for (let e = firstEdge[firstWire[v]!]!; e < firstEdge[firstWire[v + 1]!]!; e++) {
      if (position[target[e]!]! > i) lowest = Math.min(lowest, rank[target[e]!]! - 1);
    }
    if (lowest === Infinity) {
      if (!floating[v] || !isDeadEnd(v)) continue;
      lowest = deadEnds.rowFor(v);
    }
    for (let j = into.start[v]!; j < into.start[v + 1]! && lowest > rank[v]! && !floating[v]; j++) {
      const edge = into.items[j]!;
      const source = sources[wires[edge]!]!;
      if (position[source]! < i && !floating[source]) lowest = Math.min(lowest, reach.besides(wires[edge]!, edge));
    }
    if (lowest <= rank[v]! || (floating[v]! > 1 && lowest - rank[v]! < floating[v]!)) continue;
    rank[v] = lowest;
    for (let j = into.start[v]!; j < into.start[v + 1]!; j++) {
      reach.moved(wires[into.items[j]!]!, into.items[j]!, lowest);
    }
  }

  /** Whether what feeds `v` feeds nothing else: an output beside other readers stays with them. */
  function isDeadEnd(v: number): boolean {
    for (let j = into.start[v]!; j < into.start[v + 1]!; j++) {
      const wire = wires[into.items[j]!]!;
      const readers = firstEdge[wire + 1]! - firstEdge[wire]!;
      if (readers > 1 && readers < hubReaders) return false;
    }
    return into.start[v]! < into.start[v + 1]!;
  }
}

/** Rows for what nobody reads: it stands where the file has it, and not in one endless row at the top. */
class DeadEnds {
  private readonly rank: Int32Array;
  private readonly next: Int32Array;
  private readonly taken: Uint8Array;

  constructor(boxes: number, rank: Int32Array, floating: Uint8Array) {
    this.rank = rank;
    this.next = new Int32Array(boxes);
    for (let v = boxes - 1, next = -1; v >= 0; v--) {
      if (!floating[v]) next = v;
      this.next[v] = next;
    }
    let last = 0;
    for (let v = 0; v < boxes; v++) last = Math.max(last, rank[v]!);
    this.taken = new Uint8Array(last + 1);
  }

  /** The row of the box that follows in the file, or the first one below it that has room. */
  rowFor(v: number): number {
    const { rank, next, taken } = this;
    let row = next[v]! < 0 ? rank[v]! : Math.max(rank[v]!, rank[next[v]!]!);
    while (row + 1 < taken.length && taken[row]! >= deadEndsPerRow) row++;
    taken[row] = Math.min(255, taken[row]! + 1);
    return row;
  }
}

/** By wire: the two lowest rows that it reaches. Vertices only ever move down. */
class WireReach {
  private readonly lowestEdge: Int32Array;
  private readonly lowest: Int32Array;
  private readonly second: Int32Array;

  constructor(content: Content, rank: Int32Array) {
    const wires = content.wireAt.length;
    this.lowestEdge = new Int32Array(wires).fill(-1);
    this.lowest = new Int32Array(wires).fill(-1);
    this.second = new Int32Array(wires).fill(-1);
    for (let w = 0; w < wires; w++) {
      const end = content.firstEdge[w + 1]!;
      for (let e = content.firstEdge[w]!; e < end; e++) this.moved(w, e, rank[content.target[e]!]!);
    }
  }

  /** The lowest row that the wire reaches without the edge. */
  besides(wire: number, edge: number): number {
    return this.lowestEdge[wire] === edge ? this.second[wire]! : this.lowest[wire]!;
  }

  moved(wire: number, edge: number, rank: number): void {
    if (this.lowestEdge[wire] === edge) {
      this.lowest[wire] = rank;
    } else if (rank > this.lowest[wire]!) {
      this.second[wire] = this.lowest[wire]!;
      this.lowest[wire] = rank;
      this.lowestEdge[wire] = edge;
    } else if (rank > this.second[wire]!) {
      this.second[wire] = rank;
    }
  }
}
