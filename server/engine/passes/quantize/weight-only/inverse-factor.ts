/** The factor of an inverse matrix that rounding with error feedback walks along. */

import { LatheError } from '../../../errors.ts';

/**
 * Upper triangular U with UᵀU = H⁻¹, for a symmetric positive definite H, row-major [n, n].
 *
 * With J the reversal of rows and columns and J·H·J = L·Lᵀ, U = J·L⁻¹·J is upper triangular and UᵀU = J·L⁻ᵀ·L⁻¹·J =
 * H⁻¹: one factorisation and one triangular inverse.
 */
export function upperFactorOfInverse(matrix: Float64Array, n: number): Float64Array {
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[(n - 1 - i) * n + (n - 1 - j)]!;
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!;
      if (i !== j) lower[i * n + j] = sum / lower[j * n + j]!;
      else if (sum > 0) lower[i * n + i] = Math.sqrt(sum);
      else throw new LatheError('INTERNAL', 'Second moments of inputs are not positive definite.');
    }
  }
  const upper = new Float64Array(n * n);
  const column = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    column.fill(0);
    column[j] = 1 / lower[j * n + j]!;
    for (let i = j + 1; i < n; i++) {
      let sum = 0;
      for (let k = j; k < i; k++) sum += lower[i * n + k]! * column[k]!;
      column[i] = -sum / lower[i * n + i]!;
    }
    for (let i = j; i < n; i++) upper[(n - 1 - i) * n + (n - 1 - j)] = column[i]!;
  }
  return upper;
}
