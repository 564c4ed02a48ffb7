import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Links } from './links.ts';

const edges = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }))
  .map(([count, pairs]) => ({ count, pairs: pairs.map(([a, b]) => [a % count, b % count] as const) }));

it('traces what a search edge by edge finds', () => {
  fc.assert(fc.property(edges, fc.nat(11), ({ count, pairs }, pick) => {
    const start = pick % count;
    const links = new Links(count, Int32Array.from(pairs, ([a]) => a), Int32Array.from(pairs, ([, b]) => b));
    const reached = new Set([start]);
    for (let round = 0; round < count; round++) {
      for (const [a, b] of pairs) if (reached.has(a)) reached.add(b);
    }
    const traced = links.trace([start], 'outputs');
    expect([...traced.keys()].filter((node) => traced[node])).toEqual([...reached].sort((a, b) => a - b));
    expect(new Set(links.targets(start))).toEqual(new Set(pairs.filter(([a]) => a === start).map(([, b]) => b)));
    expect(new Set(links.sources(start))).toEqual(new Set(pairs.filter(([, b]) => b === start).map(([a]) => a)));
  }));
});

it('traces backwards', () => {
  const links = new Links(4, Int32Array.of(0, 1, 3), Int32Array.of(1, 2, 2));
  expect([...links.trace([2], 'inputs')]).toEqual([1, 1, 1, 1]);
  expect([...links.trace([1], 'inputs')]).toEqual([1, 1, 0, 0]);
});
