import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineParams, type QuantizedType, type Range } from '../../../tensor/affine.ts';
import type { Histogram } from '../../../tensor/histogram.ts';
import { integerRange } from '../../../tensor/dtype.ts';
import { calibrateRange, expectedError, type CalibrationMethod, type CalibratorOptions } from './ranges.ts';

/** Uniform in (0, 1): a linear congruential generator (Numerical Recipes, 2nd edition, section 7.1). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

const random = generator(7);
const normal = (): number => Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());

const draws = {
  normal,
  'half-normal': () => Math.abs(normal()),
  'normal after ReLU': () => Math.max(0, normal()),
  'normal off zero': () => normal() + 1.5,
  laplace: () => (random() < 0.5 ? 1 : -1) * -Math.log(random()),
  exponential: () => -Math.log(random()),
  uniform: () => 2 * random() - 1,
  'normal with outliers': () => (random() < 1e-3 ? 30 * random() : normal()),
} satisfies Record<string, () => number>;

const samples = new Map(
  Object.entries(draws).map(([name, draw]) => [name, Float64Array.from({ length: 10_000 }, draw)]),
);
const names = [...samples.keys()];

function histogramOf(values: Float64Array, bins = 2048): Histogram {
  const min = values.reduce((a, b) => Math.min(a, b));
  const max = values.reduce((a, b) => Math.max(a, b));
  const binWidth = (max - min) / bins;
  const counts = new Float64Array(bins);
  let zeros = 0;
  for (const value of values) {
    if (value === 0) zeros += 1;
    else counts[Math.min(bins - 1, Math.floor((value - min) / binWidth))]! += 1;
  }
  return { start: min, binWidth, counts, zeros, min, max };
}

function options(method: CalibrationMethod, type: QuantizedType = 'uint8', symmetric = false): CalibratorOptions {
  return { method, type, symmetric, percentile: 99 };
}

/** The mean squared error of quantizing the values themselves. */
function measuredError(values: Float64Array, range: Range, { type, symmetric }: CalibratorOptions): number {
  const { scale, zeroPoint } = affineParams(range, type, symmetric);
  const { min, max } = integerRange(type);
  let error = 0;
  for (const value of values) {
    const code = Math.min(max, Math.max(min, Math.round(value / scale) + zeroPoint));
    error += (value - (code - zeroPoint) * scale) ** 2;
  }
  return error / values.length;
}

describe('expectedError', () => {
  const shares = fc.double({ min: 0.1, max: 1.2, noNaN: true });
  const types = fc.constantFrom<QuantizedType[]>('uint8', 'int8', 'uint4');

  it('is what quantizing the samples gives', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), types, fc.boolean(), shares, shares, (name, type, symmetric, ...ends) => {
        const values = samples.get(name)!;
        const histogram = histogramOf(values);
        const range = { min: histogram.min * ends[0], max: histogram.max * ends[1] };
        const asked = options('mse', type, symmetric);
        const measured = measuredError(values, range, asked);
        expect(Math.abs(expectedError(histogram, range, asked) / measured - 1)).toBeLessThan(0.05);
      }),
      { numRuns: 60 },
    );
  });

  it.each([64, 256, 1024, 4096])('does not depend on how %i bins compare with the codes', (bins) => {
    const values = samples.get('uniform')!;
    const range = { min: -1, max: 1 };
    const expected = expectedError(histogramOf(values, bins), range, options('mse'));
    expect(expected / measuredError(values, range, options('mse'))).toBeCloseTo(1, 1);
  });

  it('is a twelfth of a squared step where nothing is clipped', () => {
    const histogram: Histogram = { start: 0, binWidth: 1, counts: Float64Array.of(5, 5), zeros: 0, min: 0, max: 2 };
    const step = 2 / 255;
    expect(expectedError(histogram, { min: 0, max: 2 }, options('mse')) / (step ** 2 / 12)).toBeCloseTo(1, 5);
  });

  it('is the squared distance to the end where all is clipped', () => {
    // Values spread over [4, 6], clipped to 1: the mean of (x - 1)² is 16 1/3.
    const histogram: Histogram = { start: 4, binWidth: 1, counts: Float64Array.of(3, 3), zeros: 0, min: 4, max: 6 };
    expect(expectedError(histogram, { min: 0, max: 1 }, options('mse'))).toBeCloseTo(49 / 3, 4);
    // Zeros cost nothing, but count.
    expect(expectedError({ ...histogram, zeros: 6 }, { min: 0, max: 1 }, options('mse'))).toBeCloseTo(49 / 6, 4);
  });

  it('is zero without values', () => {
    const empty: Histogram = { start: 0, binWidth: 0, counts: new Float64Array(0), zeros: 9, min: 0, max: 0 };
    expect(expectedError(empty, { min: 0, max: 0 }, options('mse'))).toBe(0);
  });
});

describe('calibrateRange', () => {
  const methods: readonly CalibrationMethod[] = ['min-max', 'percentile', 'entropy', 'mse'];

  it.each(methods)('holds zero and no more than was seen: %s', (method) => {
    for (const values of samples.values()) {
      const histogram = histogramOf(values);
      const range = calibrateRange(histogram, options(method));
      expect(range.min).toBeLessThanOrEqual(0);
      expect(range.max).toBeGreaterThanOrEqual(0);
      expect(range.min).toBeGreaterThanOrEqual(Math.min(0, histogram.min));
      expect(range.max).toBeLessThanOrEqual(Math.max(0, histogram.max));
    }
  });

  it.each(methods)('takes constant values: %s', (method) => {
    const zeros: Histogram = { start: 0, binWidth: 2 ** -126, counts: Float64Array.of(0), zeros: 9, min: 0, max: 0 };
    expect(calibrateRange(zeros, options(method))).toEqual({ min: 0, max: 0 });
    const threes: Histogram = { start: 3, binWidth: 2 ** -20, counts: Float64Array.of(9), zeros: 0, min: 3, max: 3 };
    const { min, max } = calibrateRange(threes, options(method));
    expect([min, Math.round(max * 1000)]).toEqual([0, 3000]);
  });

  it('takes everything: min-max', () => {
    const histogram = histogramOf(samples.get('normal off zero')!);
    expect(calibrateRange(histogram, options('min-max'))).toEqual({ min: histogram.min, max: histogram.max });
    const positive: Histogram = { start: 2, binWidth: 1, counts: Float64Array.of(1, 1), zeros: 0, min: 2, max: 4 };
    expect(calibrateRange(positive, options('min-max'))).toEqual({ min: 0, max: 4 });
  });

  it('cuts the largest magnitudes, as many as sorting them gives: percentile', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.double({ min: 90, max: 100, noNaN: true }), (name, percentile) => {
        const values = samples.get(name)!;
        const histogram = histogramOf(values);
        const range = calibrateRange(histogram, { ...options('percentile'), percentile });
        const cut = values.filter((value) => value < range.min * (1 + 1e-12) || value > range.max * (1 + 1e-12)).length;
        const allowed = values.length * (1 - percentile / 100);
        expect(cut).toBeLessThanOrEqual(allowed + 1e-6);
        const magnitudes = values.map(Math.abs).sort();
        const kept = magnitudes[values.length - 1 - Math.floor(allowed)]!;
        const end = Math.max(-range.min, range.max);
        expect(end).toBeLessThanOrEqual(kept + 1.001 * histogram.binWidth);
      }),
      { numRuns: 60 },
    );
  });

  it.each(names)('comes near the least error that any two ends give: mse of %s', (name) => {
    const values = samples.get(name)!;
    const histogram = histogramOf(values);
    const full = calibrateRange(histogram, options('min-max'));
    for (const type of ['uint8', 'uint4'] as const) {
      const asked = options('mse', type);
      const found = measuredError(values, calibrateRange(histogram, asked), asked);
      let least = Infinity;
      for (let low = 1; low > 0; low -= 0.08) {
        for (let high = 1; high > 0; high -= 0.08) {
          const range = { min: full.min * low, max: full.max * high };
          least = Math.min(least, measuredError(values, range, asked));
          if (full.max === 0) break;
        }
        if (full.min === 0) break;
      }
      expect(found).toBeLessThan(least * 1.06);
    }
  });

  describe('entropy', () => {
    it('keeps most of a half-normal distribution, and all of an even one', () => {
      const half = histogramOf(samples.get('half-normal')!);
      expect(calibrateRange(half, options('entropy')).max).toBeGreaterThan(0.7 * half.max);
      const even = histogramOf(samples.get('uniform')!);
      expect(calibrateRange(even, options('entropy'))).toEqual({ min: even.min, max: even.max });
    });

    it('does not mind how many zeros there are', () => {
      const histogram = histogramOf(samples.get('half-normal')!);
      const spiked = { ...histogram, zeros: 1e6 };
      expect(calibrateRange(spiked, options('entropy'))).toEqual(calibrateRange(histogram, options('entropy')));
    });

    it('cuts a long thin tail when codes are few', () => {
      const values = Float64Array.from({ length: 20_000 }, () => Math.exp(1.5 * normal()));
      const histogram = histogramOf(values);
      const { max } = calibrateRange(histogram, options('entropy', 'uint4'));
      const sorted = values.sort();
      expect(max).toBeLessThan(0.5 * histogram.max);
      expect(max).toBeGreaterThan(sorted[Math.floor(0.98 * sorted.length)]!);
    });
  });
});
