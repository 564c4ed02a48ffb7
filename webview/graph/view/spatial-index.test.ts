import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SpatialIndex } from './spatial-index.ts';

const side = fc.integer({ min: -3000, max: 3000 });
const extent = fc.integer({ min: 0, max: 2500 });
const rectangle = fc.record({ x: side, y: side, width: extent, height: extent });
const items = fc.array(fc.record({ area: rectangle, owner: fc.nat(9) }), { maxLength: 40 });

it('finds the owners of what touches an area, each once', () => {
  fc.assert(fc.property(items, fc.array(rectangle, { minLength: 1, maxLength: 4 }), (entries, queries) => {
    const bounds = Float32Array.from(
      entries.flatMap(({ area: { x, y, width, height } }) => [x, y, x + width, y + height]),
    );
    const index = new SpatialIndex(bounds, Int32Array.from(entries, ({ owner }) => owner), 10);
    const found = new Int32Array(10);
    for (const query of queries) {
      const expected = new Set(entries.filter(({ area }) => (
        area.x <= query.x + query.width && area.x + area.width >= query.x
        && area.y <= query.y + query.height && area.y + area.height >= query.y
      )).map(({ owner }) => owner));
      const count = index.query(query, found);
      expect(count).toBe(expected.size);
      expect(new Set(found.subarray(0, count))).toEqual(expected);
    }
  }));
});

it('finds nothing in nothing', () => {
  const index = new SpatialIndex(new Float32Array(0), new Int32Array(0), 0);
  expect(index.query({ x: 0, y: 0, width: 100, height: 100 }, new Int32Array(0))).toBe(0);
});
