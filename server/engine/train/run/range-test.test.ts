import { describe, expect, it } from 'vitest';
import { Random } from '../../util/random.ts';
import { chooseRate, hasExploded, triedRate, type RateRange, type TriedRate } from './range-test.ts';

const range: RateRange = { from: 1e-5, to: 1, steps: 61 };

/**
 * Stochastic gradient descent on a / 2 * w * w, each sample with a minimum of its own nearby, and a growing rate: it
 * diverges where the rate passes 2 / a.
 */
function descend(a: number): TriedRate[] {
  const tried: TriedRate[] = [];
  const random = new Random(a);
  let w = 1;
  for (let step = 0; step < range.steps && !hasExploded(tried); step++) {
    const learningRate = triedRate(range, step);
    const minima = Array.from({ length: 16 }, () => 0.3 * random.normal());
    const mean = (of: (minimum: number) => number): number => minima.reduce((sum, m) => sum + of(m), 0) / 16;
    tried.push({ learningRate, loss: mean((m) => 0.5 * a * (w - m) ** 2) });
    w -= learningRate * mean((m) => a * (w - m));
  }
  return tried;
}

describe('the range test', () => {
  it('goes from the one end to the other', () => {
    expect(triedRate(range, 0)).toBeCloseTo(1e-5, 12);
    expect(triedRate(range, 60)).toBeCloseTo(1, 12);
  });

  it.each([3, 30, 300])('stays below what diverges at a curvature of %d, and not far below', (a) => {
    const rate = chooseRate(descend(a), range);
    expect(rate).toBeLessThan(2 / a);
    expect(rate).toBeGreaterThan(0.02 / a);
  });

  it('stops at a loss that is no number', () => {
    const tried = [{ learningRate: 1e-5, loss: 1 }, { learningRate: 1e-4, loss: NaN }];
    expect(hasExploded(tried)).toBe(true);
    expect(chooseRate(tried, range)).toBeCloseTo(4e-5, 12);
    expect(chooseRate([{ learningRate: 1e-5, loss: NaN }], range)).toBe(range.from);
  });
});
