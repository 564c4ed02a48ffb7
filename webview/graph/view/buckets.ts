/** Sorting items by a small number, so that each colour is set once. */

class Buckets {
  #sorted = new Int32Array(0);
  #ends = new Int32Array(0);

  /**
   * Calls `draw` for every number below `count` that an item has, with its items. `number` is by item. The arrays
   * handed out are views that the next call overwrites.
   */
  forEach(
    items: Int32Array,
    number: Uint8Array,
    count: number,
    draw: (number: number, members: Int32Array) => void,
  ): void {
    if (this.#sorted.length < items.length) this.#sorted = new Int32Array(2 * items.length);
    if (this.#ends.length < count + 1) this.#ends = new Int32Array(2 * count + 1);
    const ends = this.#ends.fill(0);
    for (let i = 0; i < items.length; i++) ends[number[items[i]!]! + 1]!++;
    for (let c = 0; c < count; c++) ends[c + 1] = ends[c + 1]! + ends[c]!;
    // Each start moves to its bucket's end while the bucket is filled.
    for (let i = 0; i < items.length; i++) this.#sorted[ends[number[items[i]!]!]!++] = items[i]!;
    let start = 0;
    for (let c = 0; c < count; c++) {
      const end = ends[c]!;
      if (end > start) draw(c, this.#sorted.subarray(start, end));
      start = end;
    }
  }
}

/** Shared by everything that draws: one draws after the other. */
export const buckets = new Buckets();
