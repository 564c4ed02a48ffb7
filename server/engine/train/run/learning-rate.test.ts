import { describe, expect, it } from 'vitest';
import { cosineSchedule, learningRateAt } from './learning-rate.ts';

describe('the learning rate', () => {
  const schedule = cosineSchedule(1000, 0.1);
  const rates = Array.from({ length: 1000 }, (_, step) => learningRateAt(schedule, step));

  it('climbs to its peak and falls to a hundredth', () => {
    expect(schedule.warmUpSteps).toBe(50);
    expect(rates[0]).toBeLessThan(0.01);
    expect(Math.max(...rates)).toBeCloseTo(0.1, 10);
    expect(rates.indexOf(Math.max(...rates))).toBe(50);
    expect(rates[999]).toBeCloseTo(0.001, 10);
    for (let step = 51; step < 1000; step++) expect(rates[step]).toBeLessThanOrEqual(rates[step - 1]!);
  });

  it('is half of the peak in the middle of the cosine', () => {
    expect(learningRateAt(cosineSchedule(101, 2, 0), 50)).toBeCloseTo(2 * 0.505, 10);
  });

  it('works for the shortest runs', () => {
    expect(learningRateAt(cosineSchedule(1, 0.1), 0)).toBeCloseTo(0.1, 10);
    expect(learningRateAt(cosineSchedule(2, 0.1, 10), 0)).toBeCloseTo(0.05, 10);
  });
});
