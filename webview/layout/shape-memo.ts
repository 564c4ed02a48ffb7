/**
 * What was made of a structure before, found by the structure itself. The hash only finds candidates: the arrays are
 * compared, because a collision would draw a wrong graph.
 */
export class ShapeMemo<T> {
  count = 0;
  private readonly limit: number;
  private readonly entries = new Map<number, { readonly shape: Int32Array; readonly made: T }[]>();
  /** Numbers in all shapes together. */
  private held = 0;

  /** Forgets everything once it holds more than `limit` numbers. */
  constructor(limit = 1 << 23) {
    this.limit = limit;
  }

  /** What `make` gave for an equal shape; `make` is handed a copy that it may keep. */
  of(shape: Int32Array, make: (shape: Int32Array) => T): T {
    const hash = hashOf(shape);
    const candidates = this.entries.get(hash);
    const found = candidates?.find((entry) => equal(entry.shape, shape));
    if (found) return found.made;
    const copy = shape.slice();
    const made = make(copy);
    if (this.held + copy.length > this.limit) {
      this.entries.clear();
      this.held = 0;
      this.count = 0;
    }
    const entry = { shape: copy, made };
    // `make` may have come back here and cleared or added: look again.
    const row = this.entries.get(hash);
    if (row) row.push(entry);
    else this.entries.set(hash, [entry]);
    this.held += copy.length;
    this.count++;
    return made;
  }
}

function hashOf(shape: Int32Array): number {
  let hash = shape.length;
  for (let i = 0; i < shape.length; i++) {
    hash = Math.imul(hash ^ shape[i]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

function equal(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
