import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random } from '../../util/random.ts';
import { descend } from './rounding-descent.ts';
import { pairLimit } from './weights.ts';

/** Second moments of inputs that resemble each other, as a network's do. */
function problem(seed: number, size: number): { weights: Float64Array; moments: Float64Array } {
  const random = new Random(seed);
  const normal = (): number => random.normal();
  const moments = new Float64Array(size * size);
  for (let n = 0; n < 3 * size; n++) {
    const common = normal();
    const x = Float64Array.from({ length: size }, () => common + normal() / 2);
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) moments[i * size + j]! += x[i]! * x[j]!;
  }
  return { weights: Float64Array.from({ length: size }, normal), moments };
}

function error(weights: Float64Array, codes: ArrayLike<number>, moments: Float64Array, scale: number): number {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      sum += (weights[i]! - codes[i]! * scale) * moments[i * n + j]! * (weights[j]! - codes[j]! * scale);
    }
  }
  return sum;
}

const nearest = (weights: Float64Array, scale: number): Int16Array =>
  Int16Array.from(weights, (w) => Math.round(w / scale));

describe('learned rounding', () => {
  it('comes near the best of all ways to round up or down, and far below rounding to nearest', () => {
    const [size, scale] = [9, 0.25];
    let [learned, exhaustive, plain] = [0, 0, 0];
    for (let seed = 0; seed < 12; seed++) {
      const { weights, moments } = problem(seed, size);
      const codes = nearest(weights, scale);
      plain += error(weights, codes, moments, scale);
      const block = { start: 0, size, moments };
      descend(weights, codes, block, scale, { largest: 127, pairSafe: false }, new Float64Array(size));
      learned += error(weights, codes, moments, scale);
      let best = Infinity;
      for (let choice = 0; choice < 2 ** size; choice++) {
        const trial = Array.from(weights, (w, i) => Math.floor(w / scale) + ((choice >> i) & 1));
        best = Math.min(best, error(weights, trial, moments, scale));
      }
      exhaustive += best;
    }
    expect(learned).toBeLessThan(plain / 2);
    expect(learned).toBeLessThan(exhaustive * 2.5);
  });

  it('never makes it worse, and keeps to the limits of codes and of pairs', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 12 }), (seed, size) => {
      const { weights, moments } = problem(seed, size);
      const scale = 1 / 60;
      const codes = Int16Array.from(weights, (w) => Math.max(-64, Math.min(64, Math.round(w / scale))));
      const before = error(weights, codes, moments, scale);
      const block = { start: 0, size, moments };
      descend(weights, codes, block, scale, { largest: 100, pairSafe: true }, new Float64Array(size));
      expect(error(weights, codes, moments, scale)).toBeLessThanOrEqual(before * (1 + 1e-9));
      for (let k = 0; k + 1 < size; k += 2) {
        const [a, b] = [codes[k]!, codes[k + 1]!];
        expect(Math.max(Math.abs(a), Math.abs(b))).toBeLessThanOrEqual(100);
        if (a * b > 0) expect(Math.abs(a + b)).toBeLessThanOrEqual(pairLimit);
      }
    }), { numRuns: 60 });
  });
});
