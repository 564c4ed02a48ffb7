/** A grid over rectangles: which of them touch an area, without looking at all of them. */

import type { Rectangle } from './viewport.ts';

/** Left, top, right and bottom in turn, four numbers an item. */
export type Bounds = Float32Array;

/** Cells no smaller than this: about two boxes. */
const smallestCell = 256;
/** Cells an item may cost on average, so that a very tall scene does not make a huge grid. */
const cellsPerItem = 4;

export class SpatialIndex {
  readonly #left: number;
  readonly #top: number;
  readonly #cell: number;
  readonly #columns: number;
  readonly #rows: number;
  /** Items of cell c: `#items[#start[c]]` up to `#items[#start[c + 1]]`. */
  readonly #start: Int32Array;
  readonly #items: Int32Array;
  /** By entry of `bounds`: the item that it belongs to. */
  readonly #owner: Int32Array;
  readonly #bounds: Bounds;
  readonly #seen: Uint32Array;
  #query = 0;

  /** Entry i of `bounds` belongs to item `owner[i]` below `count`; an item may have several. */
  constructor(bounds: Bounds, owner: Int32Array, count: number) {
    const entries = owner.length;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < entries; i++) {
      left = Math.min(left, bounds[4 * i]!);
      top = Math.min(top, bounds[4 * i + 1]!);
      right = Math.max(right, bounds[4 * i + 2]!);
      bottom = Math.max(bottom, bounds[4 * i + 3]!);
    }
    const width = entries > 0 ? right - left : 0;
    const height = entries > 0 ? bottom - top : 0;
    this.#left = entries > 0 ? left : 0;
    this.#top = entries > 0 ? top : 0;
    this.#cell = Math.max(smallestCell, Math.sqrt((width * height) / Math.max(1, cellsPerItem * entries)));
    this.#columns = Math.floor(width / this.#cell) + 1;
    this.#rows = Math.floor(height / this.#cell) + 1;
    this.#bounds = bounds;
    this.#owner = owner;
    this.#seen = new Uint32Array(count);
    this.#start = new Int32Array(this.#columns * this.#rows + 1);
    this.#forEachCell((cell) => this.#start[cell + 1]!++);
    for (let c = 0; c < this.#columns * this.#rows; c++) this.#start[c + 1] = this.#start[c + 1]! + this.#start[c]!;
    this.#items = new Int32Array(this.#start[this.#columns * this.#rows]!);
    const next = this.#start.slice();
    this.#forEachCell((cell, entry) => this.#items[next[cell]!++] = entry);
  }

  /** Writes the items with an entry that touches `area` into `found`, each once and in no order; returns how many. */
  query(area: Rectangle, found: Int32Array): number {
    this.#query++;
    const [right, bottom] = [area.x + area.width, area.y + area.height];
    const firstColumn = this.#column(area.x);
    const lastColumn = this.#column(right);
    const lastRow = this.#row(bottom);
    let count = 0;
    for (let row = this.#row(area.y); row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const cell = row * this.#columns + column;
        for (let i = this.#start[cell]!; i < this.#start[cell + 1]!; i++) {
          const entry = this.#items[i]!;
          const item = this.#owner[entry]!;
          if (this.#seen[item] === this.#query) continue;
          const b = 4 * entry;
          if (this.#bounds[b]! > right || this.#bounds[b + 2]! < area.x) continue;
          if (this.#bounds[b + 1]! > bottom || this.#bounds[b + 3]! < area.y) continue;
          this.#seen[item] = this.#query;
          found[count++] = item;
        }
      }
    }
    return count;
  }

  #column(x: number): number {
    return Math.min(this.#columns - 1, Math.max(0, Math.floor((x - this.#left) / this.#cell)));
  }

  #row(y: number): number {
    return Math.min(this.#rows - 1, Math.max(0, Math.floor((y - this.#top) / this.#cell)));
  }

  #forEachCell(visit: (cell: number, entry: number) => void): void {
    for (let entry = 0; entry < this.#owner.length; entry++) {
      const b = 4 * entry;
      const firstColumn = this.#column(this.#bounds[b]!);
      const lastColumn = this.#column(this.#bounds[b + 2]!);
      const lastRow = this.#row(this.#bounds[b + 3]!);
      for (let row = this.#row(this.#bounds[b + 1]!); row <= lastRow; row++) {
        for (let column = firstColumn; column <= lastColumn; column++) visit(row * this.#columns + column, entry);
      }
    }
  }
}
