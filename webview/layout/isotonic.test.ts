import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { RowPlacer } from './isotonic.ts';

const rows = fc.array(fc.record({
  want: fc.integer({ min: -50, max: 50 }), weight: fc.integer({ min: 1, max: 9 }), gap: fc.integer({ min: 0, max: 20 }),
}), { minLength: 1, maxLength: 8 });

it('finds the places that a slow and sure method finds', () => {
  fc.assert(fc.property(rows, (row) => {
    const placer = new RowPlacer(row.length);
    row.forEach(({ want, weight, gap }, i) => {
      placer.want[i] = want;
      placer.weight[i] = weight;
      placer.gap[i] = gap;
    });
    placer.place(row.length);
    // Min-max formula of isotonic regression, on places from which the gaps are taken off.
    let offset = 0;
    const wants = row.map(({ want, gap }, i) => {
      if (i > 0) offset += gap;
      return { want: want - offset, offset };
    });
    const mean = (from: number, to: number): number => {
      let [sum, weights] = [0, 0];
      for (let i = from; i <= to; i++) {
        sum += wants[i]!.want * row[i]!.weight;
        weights += row[i]!.weight;
      }
      return sum / weights;
    };
    row.forEach((_, i) => {
      let best = -Infinity;
      for (let from = 0; from <= i; from++) {
        let least = Infinity;
        for (let to = i; to < row.length; to++) least = Math.min(least, mean(from, to));
        best = Math.max(best, least);
      }
      expect(placer.x[i]).toBeCloseTo(best + wants[i]!.offset, 6);
    });
  }));
});
