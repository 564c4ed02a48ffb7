import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineParams, decibels, representableRange, type QuantizedType } from './affine.ts';
import { integerRange } from './dtype.ts';

const types = fc.constantFrom<QuantizedType[]>('int8', 'uint8', 'int16', 'uint16', 'int4', 'uint4');
const ends = fc.double({ min: -1e4, max: 1e4, noNaN: true });
const ranges = fc.tuple(ends, ends).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

describe('affineParams', () => {
  it.each([
    // [0, 6] in 256 codes; [-1, 3] puts zero at a quarter of them.
    ['uint8', false, 0, 6, 6 / 255, 0],
    ['int8', false, 0, 6, 6 / 255, -128],
    ['uint8', false, -1, 3, 4 / 255, 64],
    ['int8', true, -1, 3, 3 / 127, 0],
    ['uint8', true, -1, 3, 3 / 127, 128],
    ['uint16', true, -4, 3, 4 / 32767, 32768],
    // Zero is always within.
    ['uint8', false, 2, 6, 6 / 255, 0],
    ['uint8', false, -5, -2, 5 / 255, 255],
  ] as const)('%s, symmetric %s: [%d, %d]', (type, symmetric, min, max, scale, zeroPoint) => {
    expect(affineParams({ min, max }, type, symmetric)).toEqual({ type, scale: Math.fround(scale), zeroPoint });
  });

  it('covers the range to within half a code, with an exact zero that is a code', () => {
    fc.assert(
      fc.property(ranges, types, fc.boolean(), (range, type, symmetric) => {
        const params = affineParams(range, type, symmetric);
        const { scale, zeroPoint } = params;
        const codes = integerRange(type);
        expect(Number.isInteger(zeroPoint) && zeroPoint >= codes.min && zeroPoint <= codes.max).toBe(true);
        expect(Math.fround(scale)).toBe(scale);
        const covered = representableRange(params);
        // Half a code, and what rounding the scale to float32 adds over all codes.
        const slack = scale * (0.5 + (codes.max - codes.min) * 2 ** -24);
        expect(covered.min).toBeLessThanOrEqual(Math.min(0, range.min) + slack);
        expect(covered.max).toBeGreaterThanOrEqual(Math.max(0, range.max) - slack);
        if (symmetric) expect(covered.max).toBeCloseTo(scale * (codes.max - zeroPoint), 9);
        // No wider than needed: all codes are spent on the range.
        const width = Math.max(0, range.max) - Math.min(0, range.min);
        if (!symmetric && width > 1e-6) expect(scale * (codes.max - codes.min)).toBeCloseTo(width, 2);
      }),
      { numRuns: 300 },
    );
  });

  it('gives a usable scale to a tensor of zeros', () => {
    for (const symmetric of [true, false]) {
      const { scale, zeroPoint } = affineParams({ min: 0, max: 0 }, 'uint8', symmetric);
      expect(scale).toBeGreaterThan(1e-10);
      expect(zeroPoint).toBe(symmetric ? 128 : 0);
    }
  });
});

describe('decibels', () => {
  it.each([
    [100, 1, 20],
    [1, 1, 0],
    [1, 2, -3.0103],
    [5, 0, Infinity],
    [0, 0, Infinity],
  ])('%d to %d is %d dB', (signal, noise, expected) => {
    expect(decibels(signal, noise)).toBeCloseTo(expected, 4);
  });
});
