/** Points of lines, one line after the other, without points that change nothing. */
export class PointList {
  private values = new Float32Array(256);
  private length = 0;
  /** Where the current line begins. */
  private begin = 0;

  /** In points. */
  get count(): number {
    return this.length >> 1;
  }

  beginLine(): void {
    this.begin = this.length;
  }

  /** Joins vertical and horizontal runs and drops a point that is there twice. */
  add(x: number, y: number): void {
    const { values, length } = this;
    const points = (length - this.begin) >> 1;
    if (points >= 1 && values[length - 2] === x && values[length - 1] === y) return;
    if (points >= 2 && (
      (values[length - 2] === x && values[length - 4] === x) || (values[length - 1] === y && values[length - 3] === y)
    )) {
      values[length - 2] = x;
      values[length - 1] = y;
      return;
    }
    if (length + 2 > values.length) {
      this.values = new Float32Array(2 * values.length);
      this.values.set(values);
    }
    this.values[length] = x;
    this.values[length + 1] = y;
    this.length = length + 2;
  }

  /** x of the last point of the current line, NaN where it has none. */
  get lastX(): number {
    return this.length > this.begin ? this.values[this.length - 2]! : NaN;
  }

  /** A copy. */
  points(): Float32Array {
    return this.values.slice(0, this.length);
  }
}
