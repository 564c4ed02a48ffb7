import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveFront, type Option } from './solver.ts';

const option = fc.record({ cost: fc.integer({ min: 0, max: 40 }), harm: fc.integer({ min: 0, max: 1000 }) });
const items = fc.array(fc.array(option, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });

/** Every way to choose, without any cleverness. */
function allWays(list: readonly (readonly Option[])[]): Option[] {
  return list.reduce<Option[]>(
    (ways, options) =>
      ways.flatMap((way) => options.map((o) => ({ cost: way.cost + o.cost, harm: way.harm + o.harm }))),
    [{ cost: 0, harm: 0 }],
  );
}

describe('the front of a multiple-choice knapsack', () => {
  it('is what trying every combination gives, where costs are whole steps', () => {
    fc.assert(fc.property(items, (list) => {
      // Costs that are whole steps, so that nothing is rounded.
      const costs = list.map((options) => options.map(({ cost }) => cost));
      const spread = costs.reduce((sum, each) => sum + Math.max(...each) - Math.min(...each), 0);
      fc.pre(spread > 0 && 20_000 % spread === 0);
      const ways = allWays(list);
      const best = ways.filter((way) => !ways.some((other) =>
        (other.cost < way.cost && other.harm <= way.harm) || (other.cost <= way.cost && other.harm < way.harm)));
      const wanted = [...new Map(best.map((way) => [way.cost, way.harm]))].sort((a, b) => a[0] - b[0]);
      expect(solveFront(list).map(({ cost, harm }) => [cost, harm])).toEqual(wanted);
    }), { numRuns: 300 });
  });

  it('never promises what its choice does not cost, and gets better with money', () => {
    const upTo = (max: number): fc.Arbitrary<number> => fc.double({ min: 0, max, noNaN: true });
    const real = fc.record({ cost: upTo(1e6), harm: upTo(1) });
    const reals = fc.array(fc.array(real, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(fc.property(reals, (list) => {
      const front = solveFront(list);
      for (const [i, { choice, cost, harm }] of front.entries()) {
        const chosen = choice.map((o, at) => list[at]![o]!);
        expect(cost).toBeCloseTo(chosen.reduce((sum, o) => sum + o.cost, 0), 6);
        expect(harm).toBeCloseTo(chosen.reduce((sum, o) => sum + o.harm, 0), 9);
        if (i > 0) {
          expect(cost).toBeGreaterThan(front[i - 1]!.cost);
          expect(harm).toBeLessThan(front[i - 1]!.harm);
        }
      }
      const least = list.reduce((sum, options) => sum + Math.min(...options.map((o) => o.harm)), 0);
      expect(front.at(-1)!.harm).toBeCloseTo(least, 9);
    }));
  });
});
