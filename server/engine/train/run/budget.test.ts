import { describe, expect, it } from 'vitest';
import { planSteps } from './budget.ts';

describe('planSteps', () => {
  it('counts epochs, whatever a step takes', () => {
    expect(planSteps({ epochs: 3, minutes: 1 }, 100, 1e6, 1e6)).toEqual({ steps: 300, every: 50 });
    expect(planSteps({ epochs: 0.5 }, 7, 1, 1)).toEqual({ steps: 4, every: 4 });
    expect(planSteps({ epochs: 100 }, 100, 1, 1).every).toBe(500);
  });

  it('fits steps and looks into the minutes', () => {
    const { steps, every } = planSteps({ minutes: 2 }, 100, 50, 500);
    const time = steps * 50 + Math.ceil(steps / every) * 500;
    expect(time).toBeLessThanOrEqual(120_500);
    expect(time).toBeGreaterThan(115_000);
  });

  it('looks less often where looking is expensive', () => {
    const { steps, every } = planSteps({ minutes: 1 }, 100, 100, 6000);
    expect(Math.ceil(steps / every)).toBe(2);
    expect(planSteps({ minutes: 0.001 }, 100, 1e4, 1e4).steps).toBe(1);
  });
});
