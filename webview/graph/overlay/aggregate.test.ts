import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { GroupTree } from '../model/group-tree.ts';
import { aggregateGroups } from './aggregate.ts';
import { nextWorst, ranking } from './ranking.ts';

const tree = fc.tuple(fc.array(fc.nat(100), { minLength: 1, maxLength: 8 }), fc.array(fc.nat(100), { maxLength: 20 }))
  .map(([parents, nodes]) => new GroupTree({
    groupNames: parents.map((_, g) => `g${g}`),
    groupParent: Int32Array.from(parents, (pick, g) => (pick % (g + 1)) - 1),
    groupShape: new Int32Array(parents.length).fill(-1),
    group: Int32Array.from(nodes, (pick) => (pick % (parents.length + 1)) - 1),
  }));

const how = {
  sum: (values: number[]) => values.reduce((sum, value) => sum + value, 0),
  max: (values: number[]) => Math.max(...values),
  min: (values: number[]) => Math.min(...values),
  mean: (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length,
};

it.each(['sum', 'max', 'min', 'mean'] as const)('gives the %s of all nodes inside, however deep', (kind) => {
  fc.assert(fc.property(tree, fc.array(fc.option(fc.integer({ min: -50, max: 50 })), { minLength: 20, maxLength: 20 }),
    (groups, picks) => {
      const values = Float64Array.from(picks, (pick) => pick ?? NaN);
      const result = aggregateGroups(values, groups, kind);
      for (let g = 0; g < groups.count; g++) {
        const inside = groups.nodesOf(g).map((node) => values[node]!).filter((value) => !Number.isNaN(value));
        if (inside.length === 0) expect(result[g]).toBeNaN();
        else expect(result[g]).toBeCloseTo(how[kind](inside));
      }
    }));
});

it('ranks from the worst, and walks round', () => {
  const values = Float64Array.of(3, NaN, 9, 3, 1);
  expect([...ranking({ values, bad: 'high' })]).toEqual([2, 0, 3, 4]);
  expect([...ranking({ values, bad: 'low' })]).toEqual([4, 0, 3, 2]);
  const ranked = ranking({ values, bad: 'high' });
  expect(nextWorst(ranked, -1, 1)).toBe(2);
  expect(nextWorst(ranked, -1, -1)).toBe(4);
  expect(nextWorst(ranked, 4, 1)).toBe(2);
  expect(nextWorst(ranked, 2, -1)).toBe(4);
  expect(nextWorst(new Int32Array(0), 2, 1)).toBe(-1);
});
