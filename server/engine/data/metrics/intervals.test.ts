import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Random } from '../../util/random.ts';
import { bootstrapInterval, mcNemarExact, pairedShareInterval, wilsonInterval } from './intervals.ts';

/** From SciPy (fixtures/make.py). */
const expected = JSON.parse(
  readFileSync(fileURLToPath(new URL('../fixtures/statistics.json', import.meta.url)), 'utf8'),
) as { wilson: [number, number, number, number][]; mcnemar: [number, number, number][] };

describe('intervals', () => {
  it.each(expected.wilson)('Wilson for %d of %d is SciPy\'s', (right, total, low, high) => {
    const interval = wilsonInterval(right, total);
    expect(interval[0]).toBeCloseTo(low, 12);
    expect(interval[1]).toBeCloseTo(high, 12);
  });

  it.each(expected.mcnemar)('McNemar for %d against %d is SciPy\'s exact binomial test', (first, second, p) => {
    expect(Math.abs(mcNemarExact(first, second) / p - 1)).toBeLessThan(1e-9);
  });

  it('covers the true paired difference 95 times of 100', () => {
    const random = new Random(1);
    // Shares 0.80 and 0.77, strongly correlated, as a model and its quantized copy are.
    const [bothRight, onlyFirst, onlySecond] = [0.74, 0.06, 0.03];
    const rounds = 2000;
    const covered = (size: number): number => {
      let inside = 0;
      for (let round = 0; round < rounds; round++) {
        const counts = { bothRight: 0, onlyFirst: 0, onlySecond: 0, neitherRight: 0 };
        for (let i = 0; i < size; i++) {
          const u = random.next();
          if (u < bothRight) counts.bothRight += 1;
          else if (u < bothRight + onlyFirst) counts.onlyFirst += 1;
          else if (u < bothRight + onlyFirst + onlySecond) counts.onlySecond += 1;
          else counts.neitherRight += 1;
        }
        const [low, high] = pairedShareInterval(counts);
        if (low <= onlySecond - onlyFirst && onlySecond - onlyFirst <= high) inside += 1;
      }
      return inside / rounds;
    };
    // Three standard errors of the simulation are 0.015; the method is known to be a little on the safe side.
    expect(covered(200)).toBeGreaterThan(0.935);
    expect(covered(200)).toBeLessThan(0.985);
  });

  it('does not let a paired interval exclude what no change allows', () => {
    const [low, high] = pairedShareInterval({ bothRight: 30, onlyFirst: 0, onlySecond: 0, neitherRight: 10 });
    expect(low).toBeLessThanOrEqual(0);
    expect(high).toBeGreaterThanOrEqual(0);
  });

  it('bootstraps a mean to its textbook interval', () => {
    const random = new Random(2);
    const values = Float64Array.from({ length: 400 }, () => random.normal());
    const mean = (counts: ArrayLike<number>): number => {
      let sum = 0;
      let count = 0;
      for (let i = 0; i < values.length; i++) {
        sum += counts[i]! * values[i]!;
        count += counts[i]!;
      }
      return sum / count;
    };
    const average = mean(new Uint8Array(values.length).fill(1));
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
    const half = (1.96 * deviation) / Math.sqrt(values.length);
    const [low, high] = bootstrapInterval(average, values.length, mean, values.length, 3);
    expect(Math.abs(low - (average - half))).toBeLessThan(0.3 * half);
    expect(Math.abs(high - (average + half))).toBeLessThan(0.3 * half);
    expect(bootstrapInterval(average, values.length, mean, values.length, 3)).toEqual([low, high]);
  });

  it('corrects a figure that resampling moves', () => {
    // The largest value is never exceeded in a resample, so plain percentiles would lie below it.
    const values = Float64Array.from({ length: 50 }, (_, i) => i);
    const spread = (counts: ArrayLike<number>): number =>
      values.reduce((largest, value, i) => (counts[i]! > 0 ? Math.max(largest, value) : largest), -1);
    expect(bootstrapInterval(49, 50, spread, 50, 1)[1]).toBe(49);
  });
});
