/** How many links cross, for given orders of the rows. */

import type { Layered } from './layered.ts';

/**
 * Counts with a Fenwick tree, O(L log V) (Barth, Jünger, Mutzel: Simple and Efficient Bilayer Cross Counting, 2004).
 * Links that meet at one vertex do not cross.
 */
export class CrossingCounter {
  private readonly graph: Layered;
  private readonly tree: Int32Array;

  constructor(graph: Layered, longestRow: number) {
    this.graph = graph;
    this.tree = new Int32Array(longestRow + 1);
  }

  /** `rows` lists the vertices of each row from left to right, `place` is each vertex's index there. */
  count(rows: readonly Int32Array[], place: Int32Array): number {
    let crossings = 0;
    for (let row = 0; row + 1 < rows.length; row++) {
      if (rows[row]!.length > 1 && rows[row + 1]!.length > 1) {
        crossings += this.between(rows[row]!, rows[row + 1]!.length, place);
      }
    }
    return crossings;
  }

  private between(upper: Int32Array, lowerLength: number, place: Int32Array): number {
    const { down, lower } = this.graph;
    const { tree } = this;
    tree.fill(0, 0, lowerLength + 1);
    let crossings = 0;
    let seen = 0;
    for (const v of upper) {
      const begin = down.start[v]!;
      const end = down.start[v + 1]!;
      for (let k = begin; k < end; k++) {
        let left = 0;
        for (let i = place[lower[down.items[k]!]!]! + 1; i > 0; i -= i & -i) left += tree[i]!;
        crossings += seen - left;
      }
      for (let k = begin; k < end; k++, seen++) {
        for (let i = place[lower[down.items[k]!]!]! + 1; i <= lowerLength; i += i & -i) tree[i]!++;
      }
    }
    return crossings;
  }
}
