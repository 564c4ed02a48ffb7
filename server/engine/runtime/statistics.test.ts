import fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, quantile } from './statistics.ts';

it.each([
  // What numpy.quantile gives.
  { values: [3, 1, 2], share: 0.5, expected: 2 },
  { values: [4, 1, 3, 2], share: 0.5, expected: 2.5 },
  { values: [10, 20, 30, 40, 50], share: 0.95, expected: 48 },
  { values: [7], share: 0.3, expected: 7 },
  { values: [1, 2], share: 0, expected: 1 },
  { values: [1, 2], share: 1, expected: 2 },
])('$share of $values is $expected', ({ values, share, expected }) => {
  expect(quantile(values, share)).toBeCloseTo(expected, 12);
});

it('leaves as many values below as the share says', () => {
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(fc.property(values, share, (v, s) => {
    const q = quantile(v, s);
    expect(v.filter((x) => x < q).length).toBeLessThanOrEqual(Math.ceil((v.length - 1) * s));
    expect(v.filter((x) => x > q).length).toBeLessThanOrEqual(Math.ceil((v.length - 1) * (1 - s)));
  }));
});

it('of nothing is not a number', () => {
  expect(median([])).toBeNaN();
});
