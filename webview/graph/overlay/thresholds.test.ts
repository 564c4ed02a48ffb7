import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { amountThresholds, bucketOf, defaultThresholds, moveThreshold } from './thresholds.ts';

const figures = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((values) => Float64Array.from(values));

describe('default limits', () => {
  it('ascend, differ, and divide the figures', () => {
    fc.assert(fc.property(figures, fc.constantFrom('high', 'low', 'none'), (values, bad) => {
      for (const limits of [defaultThresholds(values, bad), amountThresholds(values)]) {
        expect(limits).toEqual([...new Set(limits)].sort((a, b) => a - b));
        // No limit below which there is nothing.
        expect(limits.every((limit) => limit > Math.min(...values))).toBe(true);
      }
    }));
  });

  it('leaves the last colour to the worst twentieth', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => i);
    const limits = defaultThresholds(values, 'high');
    expect([...values].filter((value) => bucketOf(value, limits) === limits.length)).toHaveLength(5);
    const low = defaultThresholds(values, 'low');
    expect([...values].filter((value) => bucketOf(value, low) === 0)).toHaveLength(5);
  });

  it('are none for figures that are all alike', () => {
    expect(defaultThresholds(Float64Array.of(3, 3, NaN), 'high')).toEqual([]);
    expect(amountThresholds(Float64Array.of(3, 3, NaN))).toEqual([]);
    expect(amountThresholds(Float64Array.of(NaN))).toEqual([]);
  });
});

it('puts a figure between its limits', () => {
  expect([0, 1, 1.5, 2, 9].map((value) => bucketOf(value, [1, 2]))).toEqual([0, 1, 1, 2, 2]);
  expect(bucketOf(NaN, [1, 2])).toBe(-1);
});

it('keeps a moved limit between its neighbours', () => {
  expect(moveThreshold([1, 2, 3], 1, 2.5)).toEqual([1, 2.5, 3]);
  expect(moveThreshold([1, 2, 3], 1, 9)).toEqual([1, 3, 3]);
  expect(moveThreshold([1, 2, 3], 0, -5)).toEqual([-5, 2, 3]);
});
