/** Eigenvalues and eigenvectors of symmetric matrices, row-major in double precision. */

export interface Eigen {
  /** The largest first. */
  readonly values: Float64Array;
  /** Row i is the unit vector of `values[i]`: [n, n]. */
  readonly vectors: Float64Array;
}

const mostSweeps = 30;

/** Jacobi's method, cyclic by rows (Golub and Van Loan, section 8.5): exact to rounding, and simple; n³ a sweep. */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  let norm = 0;
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (const value of a) norm += value * value;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p * n + q]! ** 2;
    if (off <= 1e-20 * norm) break;
    const least = Math.sqrt(off) / n / 1e3;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) if (Math.abs(a[p * n + q]!) > least) rotate(a, v, n, p, q);
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]!);
  const vectors = new Float64Array(n * n);
  for (const [to, from] of order.entries()) vectors.set(v.subarray(from * n, (from + 1) * n), to * n);
  return { values: Float64Array.from(order, (i) => Math.max(0, a[i * n + i]!)), vectors };
}

/** Makes elements (p, q) and (q, p) zero. Both triangles are kept; rows of v are the vectors. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const between = a[p * n + q]!;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * between);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turnRows(a, n, p, q, c, s);
  for (let k = 0; k < n; k++) {
    const [first, second] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * first - s * second;
    a[k * n + q] = s * first + c * second;
  }
  turnRows(v, n, p, q, c, s);
}

function turnRows(m: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  const [i, j] = [p * n, q * n];
  for (let k = 0; k < n; k++) {
    const first = m[i + k]!;
    const second = m[j + k]!;
    m[i + k] = c * first - s * second;
    m[j + k] = s * first + c * second;
  }
}
