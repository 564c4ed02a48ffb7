import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CrossingCounter } from './crossings.ts';
import { layered } from './layered.ts';
import { orderRows } from './ordering.ts';
import { segmentOf } from './segment.ts';

/** A segment of rows of boxes; wire i leads from box i to some boxes of later rows. */
const segments = fc.record({
  rows: fc.integer({ min: 2, max: 5 }),
  wide: fc.integer({ min: 1, max: 5 }),
  picks: fc.array(fc.nat(), { maxLength: 40 }),
}).map(({ rows, wide, picks }) => {
  const boxes = rows * wide;
  const readers = Array.from({ length: boxes }, () => new Set<number>());
  for (const pick of picks) {
    const source = pick % (boxes - wide);
    const first = wide * (1 + Math.floor(source / wide));
    readers[source]!.add(first + Math.floor(pick / 31) % (boxes - first));
  }
  const vertices = Array.from({ length: boxes }, (_, v) => [1 + Math.floor(v / wide), 40, 20, 0]);
  const wires = readers.flatMap((targets, source) => targets.size === 0 ? [] : [
    [source, 0, targets.size, ...[...targets].flatMap((target) => [target, 0])],
  ]);
  const edges = readers.reduce((sum, targets) => sum + targets.size, 0);
  const shape = [[rows, boxes, 0, 0, wires.length, edges], ...vertices, ...wires];
  return segmentOf(Int32Array.from(shape.flat()));
});

it('counts what comparing every pair of links counts', () => {
  fc.assert(fc.property(segments, (segment) => {
    const graph = layered(segment);
    const rows = orderRows(graph);
    const place = new Int32Array(graph.count);
    for (const row of rows) row.forEach((v, i) => place[v] = i);
    let crossings = 0;
    for (let a = 0; a < graph.upper.length; a++) {
      for (let b = 0; b < a; b++) {
        const [ua, ub, la, lb] = [graph.upper[a]!, graph.upper[b]!, graph.lower[a]!, graph.lower[b]!];
        if (graph.row[ua] !== graph.row[ub]) continue;
        if ((place[ua]! - place[ub]!) * (place[la]! - place[lb]!) < 0) crossings++;
      }
    }
    expect(new CrossingCounter(graph, graph.count).count(rows, place)).toBe(crossings);
  }), { numRuns: 200 });
});
