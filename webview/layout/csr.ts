/** Rows of varying length in two arrays (compressed sparse rows). */

export interface Csr {
  /** Row r is `items[start[r]]` up to `items[start[r + 1]]`. */
  readonly start: Int32Array;
  readonly items: Int32Array;
}

/** Gathers 0..count-1 by `rowOf`, in ascending order inside each row; items whose row is negative are left out. */
export function gather(rows: number, count: number, rowOf: ArrayLike<number>): Csr {
  const start = new Int32Array(rows + 1);
  for (let i = 0; i < count; i++) if (rowOf[i]! >= 0) start[rowOf[i]! + 1]!++;
  for (let row = 0; row < rows; row++) start[row + 1]! += start[row]!;
  const items = new Int32Array(start[rows]!);
  const next = start.slice(0, rows);
  for (let i = 0; i < count; i++) if (rowOf[i]! >= 0) items[next[rowOf[i]!]!++] = i;
  return { start, items };
}
