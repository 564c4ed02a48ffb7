import { describe, expect, it } from 'vitest';
import { Random } from '../../../util/random.ts';
import { pruneWithFeedback } from './prune-with-feedback.ts';

const n = 8;
const samples = 500;

/** Inputs [samples][n] of which neighbours are alike. */
function inputs(): number[][] {
  const random = new Random(11);
  return Array.from({ length: samples }, () => {
    const x: number[] = [];
    for (let i = 0; i < n; i++) x.push(random.normal() + 0.8 * (x[i - 1] ?? 0));
    return x;
  });
}

const data = inputs();

/** Upper triangle of the sum of x·xᵀ, as the observer gives it. */
function gram(): { start: number; size: number; sums: Float64Array } {
  const sums = new Float64Array(n * n);
  for (const x of data) for (let i = 0; i < n; i++) for (let j = i; j < n; j++) sums[i * n + j]! += x[i]! * x[j]!;
  return { start: 0, size: n, sums };
}

const errorOf = (before: ArrayLike<number>, after: ArrayLike<number>): number =>
  data.reduce((sum, x) => sum + x.reduce((y, value, i) => y + value * (before[i]! - after[i]!), 0) ** 2, 0);

/** Gradient descent on the squared error over `free`, from where `row` is: an other way to the least squares. */
function fitted(before: ArrayLike<number>, row: ArrayLike<number>, free: readonly number[]): Float64Array {
  const found = Float64Array.from(row);
  for (let step = 0; step < 3000; step++) {
    const gradient = new Float64Array(n);
    for (const x of data) {
      const miss = x.reduce((y, value, i) => y + value * (found[i]! - before[i]!), 0);
      for (const i of free) gradient[i]! += (miss * x[i]!) / samples;
    }
    for (const i of free) found[i]! -= 0.08 * gradient[i]!;
  }
  return found;
}

const random = new Random(4);
const weights = Float64Array.from({ length: n }, () => random.normal());

describe('pruneWithFeedback', () => {
  it('takes one weight and fits those to its right by least squares', () => {
    const rows = weights.slice();
    const marked = pruneWithFeedback(rows, n, [gram()], { ratio: 1 / n })!;
    const gone = marked.indexOf(1);
    expect([...marked].filter(Boolean)).toHaveLength(1);
    expect(rows[gone]).toBe(0);
    const start = weights.with(gone, 0);
    const best = fitted(weights, start, Array.from({ length: n - gone - 1 }, (_, i) => gone + 1 + i));
    // The damping of the inverse keeps the two a little apart.
    for (let i = 0; i < n; i++) expect(Math.abs(rows[i]! - best[i]!)).toBeLessThan(0.03);
  });

  it('errs far less than leaving the rest as it is', () => {
    const before = Float64Array.from({ length: 12 * n }, () => random.normal());
    const after = before.slice();
    const marked = pruneWithFeedback(after, n, [gram()], { ratio: 0.5 })!;
    let [fed, plain] = [0, 0];
    for (let at = 0; at < before.length; at += n) {
      const row = before.subarray(at, at + n);
      fed += errorOf(row, after.subarray(at, at + n));
      plain += errorOf(row, row.map((value, i) => (marked[at + i] ? 0 : value)));
    }
    expect(fed).toBeLessThan(0.7 * plain);
  });

  it('keeps to a pattern in every row', () => {
    const many = Float64Array.from({ length: 5 * n }, () => random.normal());
    const marked = pruneWithFeedback(many, n, [gram()], { stay: 2, of: 4 })!;
    for (let at = 0; at < marked.length; at += 4) {
      expect(marked.slice(at, at + 4).reduce((a, b) => a + b)).toBe(2);
      for (let k = at; k < at + 4; k++) if (marked[k]) expect(many[k]).toBe(0);
    }
  });
});
