import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontier } from './pareto.ts';
import { linear, ticks } from './scale.ts';

describe('ticks', () => {
  it('are round figures', () => {
    expect(ticks(0, 1, 4)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(ticks(-1.4, 1.4, 3)).toEqual([-1, 0, 1]);
    expect(ticks(0, 400_331, 4)).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
  });

  it('lie within the range, evenly, and are about as many as wanted', () => {
    fc.assert(fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 2, max: 10 }),
      (low, extent, count) => {
        const made = ticks(low, low + extent, count);
        const slack = extent * 1e-6;
        expect(made.every((tick) => tick >= low - slack && tick <= low + extent + slack)).toBe(true);
        expect(made.length).toBeLessThanOrEqual(count + 1);
        const steps = made.slice(1).map((tick, i) => tick - made[i]!);
        for (const step of steps) expect(Math.abs(step - steps[0]!)).toBeLessThan(slack);
      },
    ));
  });
});

it('maps a range without extent to the middle', () => {
  expect(linear([3, 3], [0, 10])(3)).toBe(5);
  expect(linear([0, 4], [10, 0])(1)).toBe(7.5);
});

describe('frontier', () => {
  const point = fc.record({ x: fc.integer({ min: 0, max: 20 }), y: fc.integer({ min: 0, max: 20 }) });

  it('holds just what no other point beats', () => {
    fc.assert(fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), fc.boolean(), (points, higher) => {
      const better = (a: number, b: number): boolean => (higher ? a > b : a < b);
      const beaten = (p: typeof points[0]): boolean => points.some((q) =>
        (q.x <= p.x && better(q.y, p.y)) || (q.x < p.x && !better(p.y, q.y)));
      const front = frontier(points, higher).map((i) => points[i]!);
      expect(front.some(beaten)).toBe(false);
      const key = ({ x, y }: typeof points[0]): string => `${x} ${y}`;
      const expected = new Set(points.filter((p) => !beaten(p)).map(key));
      expect(new Set(front.map(key))).toEqual(expected);
    }));
  });
});
