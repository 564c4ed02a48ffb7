/** Dense symmetric matrices, row-major in double precision. */

/** Lower Cholesky factor of a symmetric [n, n] matrix (Golub and Van Loan, 4.2); undefined if not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i !== j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return factor;
}

/** Solves L·Lᵀ·x = b in place for one right-hand side. */
export function solveCholesky(factor: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * b[k]!;
    b[i] = sum / factor[i * n + i]!;
  }
}

/** Inverse of a symmetric positive definite matrix; undefined when it is not. */
export function inverse(matrix: Float64Array, n: number): Float64Array | undefined {
  const factor = cholesky(matrix, n);
  if (!factor) return undefined;
  const result = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    column[j] = 1;
    solveCholesky(factor, n, column);
    for (let i = 0; i < n; i++) result[i * n + j] = column[i]!;
  }
  return result;
}

/** Adds `share` of the mean of the diagonal to the diagonal, so that the matrix can be inverted. */
export function damped(matrix: Float64Array, n: number, share: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix[i * n + i]!;
  const result = matrix.slice();
  const added = (trace / n) * share + Number.MIN_VALUE ** 0.25;
  for (let i = 0; i < n; i++) result[i * n + i]! += added;
  return result;
}
