import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { repeatsIn } from './blocks.ts';

it('finds repeats that are there, without overlap', () => {
  const word = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 40 });
  fc.assert(fc.property(word, (letters) => {
    const repeats = repeatsIn(Int32Array.from(letters), new Int32Array(letters.length + 1));
    let end = 0;
    for (const { start, period, count } of repeats) {
      expect(start).toBeGreaterThanOrEqual(end);
      const block = letters.slice(start, start + period);
      for (let at = start; at < start + count * period; at += period) {
        expect(letters.slice(at, at + period)).toEqual(block);
      }
      end = start + period * count;
      expect(end).toBeLessThanOrEqual(letters.length);
      expect(count).toBeGreaterThan(1);
    }
  }));
});

it('finds a block that was planted, among letters that occur once', () => {
  const planted = fc.tuple(fc.nat(5), fc.integer({ min: 4, max: 9 }), fc.integer({ min: 2, max: 5 }), fc.nat(5));
  fc.assert(fc.property(planted, ([before, period, count, after]) => {
    const unique = (from: number, length: number): number[] => Array.from({ length }, (_, i) => from + i);
    const block = unique(0, period);
    const blocks = Array.from({ length: count }, () => block).flat();
    const letters = [...unique(100, before), ...blocks, ...unique(200, after)];
    expect(repeatsIn(Int32Array.from(letters), new Int32Array(letters.length + 1)))
      .toEqual([{ start: before, period, count }]);
  }));
});

it('begins blocks where fewest tensors cross', () => {
  const letters = Int32Array.from([1, 2, 3, 4, 1, 2, 3, 4, 1, 2]);
  const crossing = Int32Array.from([9, 9, 1, 9, 9, 9, 1, 9, 9, 9, 1]);
  expect(repeatsIn(letters, crossing)).toEqual([{ start: 2, period: 4, count: 2 }]);
});
