import { describe, expect, it } from 'vitest';
import { Random } from '../util/random.ts';
import { medianInterval, ratioInterval } from './bootstrap.ts';

/** Rounds around `centre`, skewed as times are: exponential noise with a median of `spread`. */
function rounds(random: Random, centre: number, spread: number, count = 25): Float64Array {
  return Float64Array.from({ length: count }, () => centre - (spread * Math.log(1 - random.next())) / Math.LN2);
}

describe('the interval of a median', () => {
  it('holds the true median about as often as it says', () => {
    const random = new Random(1);
    const trials = 150;
    let held = 0;
    for (let i = 0; i < trials; i++) {
      const [low, high] = medianInterval(rounds(random, 10, 2), random);
      if (low <= 12 && 12 <= high) held += 1;
    }
    // Four standard deviations around 95 % of 150, and some undercoverage of the percentile method.
    expect(held / trials).toBeGreaterThan(0.87);
    expect(held / trials).toBeLessThan(1);
  });

  it('is the value itself where all rounds are equal, and the same for the same seed', () => {
    expect(medianInterval(new Float64Array(9).fill(3), new Random(0))).toEqual([3, 3]);
    const some = rounds(new Random(5), 1, 1);
    expect(medianInterval(some, new Random(7))).toEqual(medianInterval(some, new Random(7)));
  });
});

describe('the interval of a ratio', () => {
  it('does not suffer from what disturbs both models in the same rounds', () => {
    const random = new Random(3);
    const disturbance = rounds(random, 1, 1);
    const a = disturbance.map((d) => 2 * d * (1 + 0.001 * random.normal()));
    const [low, high] = ratioInterval(a, disturbance, random);
    expect(low).toBeGreaterThan(1.99);
    expect(high).toBeLessThan(2.01);
    const [apartLow, apartHigh] = ratioInterval(a, random.shuffle([...disturbance]) as unknown as Float64Array, random);
    expect(apartHigh - apartLow).toBeGreaterThan(10 * (high - low));
  });
});
