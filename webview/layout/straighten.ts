/** Straight lines: moves whole threads, so that the links along them become vertical. */

import type { Csr } from './csr.ts';
import { RowPlacer } from './isotonic.ts';
import type { Layered } from './layered.ts';
import { separation } from './separation.ts';
import { threadsOf, type Thread } from './threads.ts';

const rounds = 3;
const settlingSteps = 2;
const axisWeight = 1e6;
/** Neighbours that stand as close as they may still have a place: coordinates are 32-bit floats. */
const tolerance = 0.25;

/**
 * Changes `x`; vertices on the axis stay where they are. Short threads go by the longer ones that they are linked to,
 * and those by the axis: in each round the rows make room for that, and then each thread is put on one line.
 */
export function straighten(
  graph: Layered, rows: readonly Int32Array[], axis: Float64Array, x: Float32Array,
): void {
  new Straightening(graph, rows, axis, x).run();
}

class Straightening {
  private readonly graph: Layered;
  private readonly rows: readonly Int32Array[];
  private readonly axis: Float64Array;
  private readonly x: Float32Array;
  private readonly place: Int32Array;
  /** The longest first. */
  private readonly threads: readonly Thread[];
  /** By vertex: its thread and how far right of the thread's line it lies; -1 on the axis. */
  private readonly thread: Int32Array;
  private readonly offset: Float64Array;
  /** By thread: where its line should be. */
  private readonly pull: Float64Array;

  constructor(graph: Layered, rows: readonly Int32Array[], axis: Float64Array, x: Float32Array) {
    this.graph = graph;
    this.rows = rows;
    this.axis = axis;
    this.x = x;
    this.place = new Int32Array(graph.count);
    for (const vertices of rows) vertices.forEach((v, i) => this.place[v] = i);
    this.threads = threadsOf(graph, axis);
    this.thread = new Int32Array(graph.count).fill(-1);
    this.offset = new Float64Array(graph.count);
    this.threads.forEach(({ vertices, offsets }, t) => vertices.forEach((v, i) => {
      this.thread[v] = t;
      this.offset[v] = offsets[i]!;
    }));
    this.pull = new Float64Array(this.threads.length);
  }

  run(): void {
    const longest = this.rows.reduce((length, row) => Math.max(length, row.length), 0);
    const placer = new RowPlacer(longest);
    for (let round = 0; round < rounds; round++) {
      this.threads.forEach((thread, t) => this.pull[t] = this.pullOf(thread, t));
      for (const row of this.rows) this.makeRoom(row, placer);
      for (let step = 0; step < settlingSteps; step++) {
        this.threads.forEach((thread, t) => this.pull[t]! += this.displacement(thread, t));
        for (const row of this.rows) this.makeRoom(row, placer);
      }
      for (const [t, thread] of this.threads.entries()) {
        for (let begin = 0; begin < thread.vertices.length;) begin = this.alignFrom(thread, begin, this.pull[t]!);
      }
    }
  }

  /** Where the links to the axis and to longer threads would have it; where it is, without any. */
  private pullOf({ vertices }: Thread, t: number): number {
    const { up, down, upper, lower, upperAt, lowerAt } = this.graph;
    const { x, offset, thread } = this;
    const wants: number[] = [];
    const collect = (v: number, links: Csr, far: Int32Array, farAt: Int32Array, ownAt: Int32Array): void => {
      for (let k = links.start[v]!; k < links.start[v + 1]!; k++) {
        const link = links.items[k]!;
        if (thread[far[link]!]! < t) wants.push(x[far[link]!]! + farAt[link]! - ownAt[link]! - offset[v]!);
      }
    };
    for (const v of vertices) {
      collect(v, up, upper, upperAt, lowerAt);
      collect(v, down, lower, lowerAt, upperAt);
    }
    if (wants.length === 0) for (const v of vertices) wants.push(x[v]! - offset[v]!);
    wants.sort((a, b) => a - b);
    return (wants[wants.length >> 1]! + wants[(wants.length - 1) >> 1]!) / 2;
  }

  /** How far the row in which the thread is pushed aside most pushes it: its line must lie there in the others too. */
  private displacement({ vertices, offsets }: Thread, t: number): number {
    let left = 0;
    let right = 0;
    vertices.forEach((v, i) => {
      const moved = this.x[v]! - offsets[i]! - this.pull[t]!;
      left = Math.min(left, moved);
      right = Math.max(right, moved);
    });
    return right >= -left ? right : left;
  }

  private makeRoom(row: Int32Array, placer: RowPlacer): void {
    for (let i = 0; i < row.length; i++) {
      const v = row[i]!;
      const t = this.thread[v]!;
      if (i > 0) placer.gap[i] = separation(this.graph, row[i - 1]!, v);
      placer.want[i] = t < 0 ? this.axis[v]! : this.pull[t]! + this.offset[v]!;
      placer.weight[i] = t < 0 ? axisWeight : this.threads[t]!.vertices.length;
    }
    placer.place(row.length);
    for (let i = 0; i < row.length; i++) this.x[row[i]!] = placer.x[i]!;
  }

  /** Puts as many vertices from `begin` on as can be on one line, near `want`; returns the first one after them. */
  private alignFrom({ vertices, offsets }: Thread, begin: number, want: number): number {
    let low = -Infinity;
    let high = Infinity;
    let end = begin;
    for (; end < vertices.length; end++) {
      const nextLow = Math.max(low, this.lowest(vertices[end]!) - offsets[end]!);
      const nextHigh = Math.min(high, this.highest(vertices[end]!) - offsets[end]!);
      if (nextLow > nextHigh + tolerance) break;
      low = nextLow;
      high = nextHigh;
    }
    if (end === begin) return begin + 1;
    const line = Math.min(high, Math.max(low, want));
    for (let i = begin; i < end; i++) this.x[vertices[i]!] = line + offsets[i]!;
    return end;
  }

  private lowest(v: number): number {
    const row = this.rows[this.graph.row[v]!]!;
    if (this.place[v] === 0) return -Infinity;
    const left = row[this.place[v]! - 1]!;
    return this.x[left]! + separation(this.graph, left, v);
  }

  private highest(v: number): number {
    const right = this.rows[this.graph.row[v]!]![this.place[v]! + 1];
    return right === undefined ? Infinity : this.x[right]! - separation(this.graph, v, right);
  }
}
