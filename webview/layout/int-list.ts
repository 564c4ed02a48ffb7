/** A list of integers that grows: what a number[] would be, without the boxes. */
export class IntList {
  length = 0;
  values: Int32Array;

  constructor(capacity = 64) {
    this.values = new Int32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.values.length) this.reserve(1);
    this.values[this.length++] = value;
  }

  /** Makes room for `more` values, so that `values` may be written beyond `length`. */
  reserve(more: number): void {
    if (this.length + more <= this.values.length) return;
    const larger = new Int32Array(Math.max(2 * this.values.length, this.length + more));
    larger.set(this.values.subarray(0, this.length));
    this.values = larger;
  }

  /** A view of what is in the list; the next `push` may leave it behind. */
  view(): Int32Array {
    return this.values.subarray(0, this.length);
  }
}
