import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstDifference } from './text-difference.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 30 });

it('makes the one text out of the other', () => {
  fc.assert(fc.property(text, text, (before, after) => {
    const difference = firstDifference(before, after);
    if (before === after) {
      expect(difference).toBeUndefined();
      return;
    }
    const { start, end, text: inserted } = difference!;
    expect(start).toBeLessThanOrEqual(end);
    expect(before.slice(0, start) + inserted + before.slice(end)).toBe(after);
  }));
});

it('touches nothing but what differs', () => {
  expect(firstDifference('steps:\n  - fold: {}\n', 'steps:\n  - fold: {}\n  - quantize: {}\n')).toEqual({
    start: 20, end: 20, text: '  - quantize: {}\n',
  });
});
