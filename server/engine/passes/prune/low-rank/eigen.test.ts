import { describe, expect, it } from 'vitest';
import { Random } from '../../../util/random.ts';
import { symmetricEigen } from './eigen.ts';

describe('symmetricEigen', () => {
  it.each([1, 2, 7, 40])('gives vectors that the matrix only scales, n = %d', (n) => {
    const random = new Random(n);
    const factor = Float64Array.from({ length: n * n }, () => random.normal());
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) matrix[i * n + j]! += factor[i * n + k]! * factor[j * n + k]!;
      }
    }
    const { values, vectors } = symmetricEigen(matrix, n);
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    for (let v = 0; v < n; v++) {
      const vector = vectors.subarray(v * n, (v + 1) * n);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += matrix[i * n + k]! * vector[k]!;
        expect(Math.abs(sum - values[v]! * vector[i]!)).toBeLessThan(1e-7 * values[0]!);
      }
      for (let other = 0; other <= v; other++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += vector[k]! * vectors[other * n + k]!;
        expect(Math.abs(dot - (other === v ? 1 : 0))).toBeLessThan(1e-9);
      }
    }
  });
});
