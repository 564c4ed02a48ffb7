import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lowest, lowestBlocks, lowestOfPattern, lowestOfRows } from './choose-zeros.ts';

const scores = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 20 }), { minLength: length, maxLength: length })
    .map((values) => Float64Array.from(values));

describe('choosing zeros', () => {
  it('marks as many as asked for, none of which is larger than one that stays', () => {
    fc.assert(fc.property(scores(17), fc.integer({ min: 0, max: 17 }), (values, count) => {
      const marked = lowest(values, count);
      const of = (mark: number) => [...values].filter((_, i) => marked[i] === mark);
      expect(of(1)).toHaveLength(count);
      expect(Math.max(-Infinity, ...of(1))).toBeLessThanOrEqual(Math.min(Infinity, ...of(0)));
    }));
  });

  it('leaves exactly 2 of every 4 neighbours', () => {
    fc.assert(fc.property(scores(48), (values) => {
      const marked = lowestOfPattern(values, 12, 2, 4);
      for (let at = 0; at < 48; at += 4) {
        const sorted = [...values.slice(at, at + 4)].sort((a, b) => a - b);
        const gone = [0, 1, 2, 3].filter((k) => marked[at + k] === 1);
        expect(gone).toHaveLength(2);
        expect(gone.reduce((sum, k) => sum + values[at + k]!, 0)).toBe(sorted[0]! + sorted[1]!);
      }
    }));
  });

  it('takes equally many of every row', () => {
    const marked = lowestOfRows(Float64Array.of(1, 2, 3, 30, 20, 10), 3, 2);
    expect([...marked]).toEqual([1, 1, 0, 0, 1, 1]);
  });

  it('takes whole blocks, smaller ones at the edges', () => {
    // Blocks [2, 2] of a matrix [3, 3]: the means are 1, 6, 2.5 and 9.
    const marked = lowestBlocks(Float64Array.of(1, 1, 6, 1, 1, 6, 2, 3, 9), 3, [2, 2], 0.5);
    expect([...marked]).toEqual([1, 1, 0, 1, 1, 0, 1, 1, 0]);
  });
});
