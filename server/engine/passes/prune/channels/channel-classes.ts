/**
 * Which channels must go together: a union-find over single channels. Every index along an axis of a constant is an
 * element; operators unite the elements that are one channel. Element 0 stands for "must stay": what is united with it
 * can never be removed.
 */

/** The channels along one axis of a value, by index; null where nothing along it can be removed. */
export type Axis = Int32Array | null;

const pinned = 0;

export class ChannelClasses {
  private parent = new Int32Array(1024);
  private count = 1;

  /** A new element for each of `length` channels. */
  fresh(length: number): Int32Array {
    while (this.count + length > this.parent.length) {
      const larger = new Int32Array(this.parent.length * 2);
      larger.set(this.parent);
      this.parent = larger;
    }
    const axis = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      axis[i] = this.count;
      this.parent[this.count] = this.count;
      this.count += 1;
    }
    return axis;
  }

  /** The class of an element: its smallest member, so 0 for everything that must stay. */
  find(element: number): number {
    const { parent } = this;
    let root = element;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = element; parent[at] !== root;) {
      const next = parent[at]!;
      parent[at] = root;
      at = next;
    }
    return root;
  }

  unite(a: number, b: number): void {
    const first = this.find(a);
    const second = this.find(b);
    if (first < second) this.parent[second] = first;
    else this.parent[first] = second;
  }

  isPinned(element: number): boolean {
    return this.find(element) === pinned;
  }

  /** Everything along `axis` must stay. */
  pin(axis: Axis | undefined): void {
    if (axis) for (const element of axis) this.unite(element, pinned);
  }

  /** Two axes of equal length are the same channels; where one is fixed, so is the other. */
  join(a: Axis, b: Axis): Axis {
    const together = a !== null && b !== null && a.length === b.length;
    if (!together) {
      this.pin(a);
      this.pin(b);
      return null;
    }
    for (let i = 0; i < a.length; i++) this.unite(a[i]!, b[i]!);
    return a;
  }

  /** Axes one after the other; fixed parts become elements that must stay. */
  concatenate(parts: readonly { readonly axis: Axis; readonly length: number }[]): Axis {
    if (parts.every(({ axis }) => axis === null)) return null;
    const joined = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0)).fill(pinned);
    let at = 0;
    for (const { axis, length } of parts) {
      if (axis) joined.set(axis, at);
      at += length;
    }
    return joined;
  }
}
