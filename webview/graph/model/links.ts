/** Who reads what: edges by node in both directions, and everything that a node depends on or that depends on it. */

export type Direction = 'inputs' | 'outputs';

export class Links {
  /** Edges into node n: `incoming[inStart[n]]` up to `incoming[inStart[n + 1]]`. */
  readonly inStart: Int32Array;
  readonly incoming: Int32Array;
  readonly outStart: Int32Array;
  readonly outgoing: Int32Array;

  readonly #source: Int32Array;
  readonly #target: Int32Array;

  constructor(nodeCount: number, source: Int32Array, target: Int32Array) {
    this.#source = source;
    this.#target = target;
    [this.inStart, this.incoming] = edgesByNode(nodeCount, target);
    [this.outStart, this.outgoing] = edgesByNode(nodeCount, source);
  }

  /** The nodes that make what `node` reads, in the order of its inputs, each once. */
  sources(node: number): number[] {
    return this.#ends(this.inStart, this.incoming, this.#source, node);
  }

  /** The nodes that read what `node` makes, each once. */
  targets(node: number): number[] {
    return this.#ends(this.outStart, this.outgoing, this.#target, node);
  }

  /** 1 for every node from which one of `starts` can be reached (`inputs`) or that can be reached; starts included. */
  trace(starts: readonly number[], direction: Direction): Uint8Array {
    const [start, edges, ends] = direction === 'inputs'
      ? [this.inStart, this.incoming, this.#source]
      : [this.outStart, this.outgoing, this.#target];
    const reached = new Uint8Array(this.inStart.length - 1);
    const open: number[] = [];
    for (const node of starts) {
      reached[node] = 1;
      open.push(node);
    }
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      for (let i = start[node]!; i < start[node + 1]!; i++) {
        const next = ends[edges[i]!]!;
        if (reached[next]) continue;
        reached[next] = 1;
        open.push(next);
      }
    }
    return reached;
  }

  #ends(start: Int32Array, edges: Int32Array, ends: Int32Array, node: number): number[] {
    const nodes = new Set<number>();
    for (let i = start[node]!; i < start[node + 1]!; i++) nodes.add(ends[edges[i]!]!);
    return [...nodes];
  }
}

function edgesByNode(nodeCount: number, end: Int32Array): [start: Int32Array, edges: Int32Array] {
  const start = new Int32Array(nodeCount + 1);
  for (let e = 0; e < end.length; e++) start[end[e]! + 1]!++;
  for (let n = 0; n < nodeCount; n++) start[n + 1] = start[n + 1]! + start[n]!;
  const next = start.slice();
  const edges = new Int32Array(end.length);
  for (let e = 0; e < end.length; e++) edges[next[end[e]!]!++] = e;
  return [start, edges];
}
