/** Numbers triples of integers in the order in which they first appear. */

const minCapacity = 16;

export class TripleIndex {
  count = 0;
  /** Three values a triple. */
  values: Int32Array;
  /** Open addressing: number of a triple plus one, 0 where free. At most half full. */
  private slots: Int32Array;

  constructor(expected = minCapacity) {
    let capacity = minCapacity;
    while (capacity < 2 * expected) capacity *= 2;
    this.slots = new Int32Array(capacity);
    this.values = new Int32Array(3 * (capacity >> 1));
  }

  /** The triple's number, a new one if it has none yet. */
  add(a: number, b: number, c: number): number {
    const slot = this.slotOf(a, b, c);
    const found = this.slots[slot]! - 1;
    if (found >= 0) return found;
    const number = this.count++;
    this.slots[slot] = number + 1;
    this.values[3 * number] = a;
    this.values[3 * number + 1] = b;
    this.values[3 * number + 2] = c;
    if (2 * this.count >= this.slots.length) this.grow();
    return number;
  }

  /** The triple's number, or -1. */
  find(a: number, b: number, c: number): number {
    return this.slots[this.slotOf(a, b, c)]! - 1;
  }

  first(number: number): number {
    return this.values[3 * number]!;
  }

  second(number: number): number {
    return this.values[3 * number + 1]!;
  }

  third(number: number): number {
    return this.values[3 * number + 2]!;
  }

  private slotOf(a: number, b: number, c: number): number {
    const mask = this.slots.length - 1;
    let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const number = this.slots[slot]! - 1;
      if (number < 0) return slot;
      const at = 3 * number;
      if (this.values[at] === a && this.values[at + 1] === b && this.values[at + 2] === c) return slot;
    }
  }

  private grow(): void {
    const old = this.values;
    this.slots = new Int32Array(2 * this.slots.length);
    this.values = new Int32Array(3 * (this.slots.length >> 1));
    this.values.set(old);
    for (let i = 0; i < this.count; i++) {
      this.slots[this.slotOf(old[3 * i]!, old[3 * i + 1]!, old[3 * i + 2]!)] = i + 1;
    }
  }
}
