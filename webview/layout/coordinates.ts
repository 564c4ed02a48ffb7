/** Places along the rows: close to their neighbours, the axis straight, lines straight where they can be. */

import type { Csr } from './csr.ts';
import { RowPlacer } from './isotonic.ts';
import { isDummy, type Layered } from './layered.ts';
import { mainPath } from './main-path.ts';
import { separation } from './separation.ts';
import { straighten } from './straighten.ts';

/** How strongly a vertex keeps where it wants to be. */
const weights = { free: 0.02, box: 1, dummy: 4, axis: 1e5 } as const;

/** By vertex: its middle, from the axis. Mirrors `rows` where more lines would pass on the left than on the right. */
export function placeVertices(graph: Layered, rows: readonly Int32Array[]): Float32Array {
  const axis = mainPath(graph, rows);
  if (passesLeft(graph, rows, axis)) for (const row of rows) row.reverse();
  const x = new Float32Array(graph.count);
  const placer = new RowPlacer(rows.reduce((longest, row) => Math.max(longest, row.length), 0));
  for (const row of rows) {
    let at = 0;
    row.forEach((v, i) => {
      if (i > 0) at += separation(graph, row[i - 1]!, v);
      x[v] = at;
    });
    for (const v of row) x[v]! -= at / 2;
  }
  const neighbours = new Neighbours(graph);
  const sweep = (downwards: boolean, above: boolean, below: boolean): void => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[downwards ? i : rows.length - 1 - i]!;
      for (let j = 0; j < row.length; j++) {
        const v = row[j]!;
        if (j > 0) placer.gap[j] = separation(graph, row[j - 1]!, v);
        if (!Number.isNaN(axis[v]!)) {
          placer.want[j] = axis[v]!;
          placer.weight[j] = weights.axis;
          continue;
        }
        const found = neighbours.collect(v, x, above, below);
        placer.want[j] = found ? neighbours.median() : x[v]!;
        placer.weight[j] = !found ? weights.free : isDummy(graph, v) ? weights.dummy : weights.box;
      }
      placer.place(row.length);
      for (let j = 0; j < row.length; j++) x[row[j]!] = placer.x[j]!;
    }
  };
  sweep(true, true, false);
  sweep(false, false, true);
  sweep(true, true, false);
  sweep(false, false, true);
  sweep(true, true, true);
  straighten(graph, rows, axis, x);
  for (let v = 0; v < x.length; v++) x[v] = Math.round(x[v]!);
  return x;
}

/** Whether more lines pass the axis on its left than on its right. */
function passesLeft(graph: Layered, rows: readonly Int32Array[], axis: Float64Array): boolean {
  let balance = 0;
  for (const row of rows) {
    const middle = row.findIndex((v) => !Number.isNaN(axis[v]!));
    row.forEach((v, i) => {
      if (isDummy(graph, v) && i !== middle) balance += i < middle ? 1 : -1;
    });
  }
  return balance > 0;
}

/** Where the links of a vertex would have it. */
class Neighbours {
  private readonly graph: Layered;
  private readonly wants: number[] = [];

  constructor(graph: Layered) {
    this.graph = graph;
  }

  /** Returns false where there are none. */
  collect(v: number, x: Float32Array, above: boolean, below: boolean): boolean {
    const { up, down, upper, lower, upperAt, lowerAt } = this.graph;
    this.wants.length = 0;
    // Boxes go by boxes and passing lines by themselves, as far as there are such neighbours.
    for (const alike of [true, false]) {
      if (above) this.add(up, v, upper, upperAt, lowerAt, x, alike);
      if (below) this.add(down, v, lower, lowerAt, upperAt, x, alike);
      if (this.wants.length > 0) return true;
    }
    return false;
  }

  median(): number {
    const { wants } = this;
    if (wants.length > 2) wants.sort((a, b) => a - b);
    const middle = wants.length >> 1;
    return wants.length % 2 === 1 ? wants[middle]! : (wants[middle - 1]! + wants[middle]!) / 2;
  }

  private add(
    links: Csr, v: number, far: Int32Array, farAt: Int32Array, ownAt: Int32Array, x: Float32Array, alike: boolean,
  ): void {
    const dummy = isDummy(this.graph, v);
    for (let k = links.start[v]!; k < links.start[v + 1]!; k++) {
      const link = links.items[k]!;
      if ((isDummy(this.graph, far[link]!) === dummy) !== alike) continue;
      this.wants.push(x[far[link]!]! + farAt[link]! - ownAt[link]!);
    }
  }
}
