import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { histogramObserver, type HistogramResult } from './histogram.ts';

function observe(runs: readonly (readonly number[])[], bins?: number): HistogramResult {
  const observer = histogramObserver.create({ kind: 'histogram', tap: 'x', ...(bins !== undefined && { bins }) });
  for (const run of runs) observer.update([tensorValue('float32', [run.length], Float32Array.from(run))]);
  return observer.result();
}

/**
 * Values of very different sizes, so that the bins must grow. Not the smallest that float32 has: divided by a width
 * they vanish, and count as the bin of zero.
 */
const value = fc
  .tuple(fc.float({ noNaN: true, min: 0.5, max: 1 }), fc.integer({ min: -60, max: 30 }), fc.constantFrom(-1, 1))
  .map(([v, exponent, sign]) => Math.fround(sign * v * 2 ** exponent));
const run = fc.array(fc.oneof(value, fc.constant(0)), { maxLength: 40 });
const runs = fc.array(run, { minLength: 1, maxLength: 6 });
const bins = fc.constantFrom(16, 64, 2048);

describe('the histogram observer', () => {
  it('counts every value in the bin whose edges enclose it, and exact zeros apart', () => {
    fc.assert(fc.property(runs, bins, (runs, bins) => {
      const all = runs.flat();
      const { start, binWidth, counts, zeros, min, max, count } = observe(runs, bins);
      expect(count).toBe(all.length);
      expect(zeros).toBe(all.filter((v) => v === 0).length);
      expect(min).toBe(Math.min(Infinity, ...all) + 0);
      expect(max).toBe(Math.max(-Infinity, ...all) + 0);
      const expected = new Float64Array(counts.length);
      for (const v of all) if (v !== 0) expected[Math.floor(v / binWidth) - start / binWidth]! += 1;
      expect(counts).toEqual(expected);
      expect(counts.reduce((a, b) => a + b, 0) + zeros).toBe(all.length);
    }), { numRuns: 100 });
  });

  it('does not depend on the order of the runs, nor on how values are spread over them', () => {
    fc.assert(fc.property(runs, bins, (runs, bins) => {
      const forward = observe(runs, bins);
      expect(observe([...runs].reverse(), bins)).toEqual(forward);
      expect(observe([runs.flat()], bins)).toEqual(forward);
    }), { numRuns: 100 });
  });

  it('uses at least half of its bins for the range, unless that would be finer than float32', () => {
    fc.assert(fc.property(fc.array(value, { minLength: 2 }), bins, (values, bins) => {
      const { counts, binWidth, min, max } = observe([values], bins);
      expect(counts.length).toBeLessThanOrEqual(bins);
      if (max - min > Math.max(Math.abs(min), Math.abs(max)) / 1000) {
        expect(counts.length).toBeGreaterThanOrEqual(bins / 2);
      }
      expect(Number.isInteger(Math.log2(binWidth))).toBe(true);
    }), { numRuns: 100 });
  });

  it('keeps what is not finite out of the bins', () => {
    const result = observe([[1, NaN, 3], [NaN], [-Infinity, 2, Infinity]]);
    expect(result).toMatchObject({ min: 1, max: 3, count: 7, nonFinite: 4, zeros: 0 });
    expect(result.counts.reduce((a, b) => a + b)).toBe(3);
    expect(observe([[NaN]])).toMatchObject({ min: Infinity, max: -Infinity, count: 1, nonFinite: 1 });
  });

  it('takes nothing but zeros, and one value only', () => {
    const zeros = observe([[0, -0, 0]]);
    expect(zeros).toMatchObject({ min: 0, max: 0, zeros: 3, count: 3 });
    expect(Array.from(zeros.counts)).toEqual([0]);
    const one = observe([[5, 5]]);
    expect(Array.from(one.counts)).toEqual([2]);
    expect(one.start).toBe(5);
    expect(observe([[3e38, -3e38, 1e-38]])).toMatchObject({ min: Math.fround(-3e38), max: Math.fround(3e38) });
  });

  it('counts long tensors', () => {
    const values = Array.from({ length: 50_001 }, (_, i) => Math.fround(Math.sin(i) * 10));
    const { counts, binWidth, start } = observe([values.slice(0, 7), values.slice(7)]);
    const expected = new Float64Array(counts.length);
    for (const v of values) if (v !== 0) expected[Math.floor((v - start) / binWidth)]! += 1;
    expect(counts).toEqual(expected);
  });

  it.each([0, 8, 100, 8192])('refuses %i bins', (bins) => {
    expect(() => observe([], bins)).toThrow(`cannot have ${bins} bins`);
  });
});
