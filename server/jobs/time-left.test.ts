import { describe, expect, it } from 'vitest';
import { TimeLeft, type PhaseTimes } from './time-left.ts';

function timer(expected?: PhaseTimes): { readonly left: TimeLeft; at(ms: number): void } {
  let now = 0;
  return { left: new TimeLeft(expected, () => now), at: (ms) => void (now = ms) };
}

describe('the time left', () => {
  it('follows from the pace of a phase, once there is one', () => {
    const { left, at } = timer();
    expect(left.update('Calibrating', 0, 100)).toBeUndefined();
    at(500);
    expect(left.update('Calibrating', 10, 100)).toBeUndefined();
    at(2000);
    expect(left.update('Calibrating', 20, 100)).toBe(8000);
    expect(left.update('Calibrating', 30, 0)).toBeUndefined();
  });

  it('starts over when a phase does', () => {
    const { left, at } = timer();
    left.update('Measuring', 0, 10);
    at(10_000);
    expect(left.update('Measuring', 10, 10)).toBe(0);
    expect(left.update('Measuring', 1, 10)).toBeUndefined();
    at(14_000);
    expect(left.update('Measuring', 3, 10)).toBe(14_000);
  });

  it('counts what an earlier run spent in the phases to come', () => {
    const { left, at } = timer({ Calibrating: 4000, Measuring: 6000 });
    expect(left.update('Calibrating', 0, 10)).toBe(10_000);
    at(1000);
    expect(left.update('Calibrating', 1, 0)).toBe(9000);
    at(5000);
    expect(left.update('Measuring', 0, 10)).toBe(6000);
    at(7000);
    // Slower than the run before: the pace counts.
    expect(left.update('Measuring', 1, 10)).toBe(18_000);
  });

  it('gives the times of its phases', () => {
    const { left, at } = timer();
    left.update('a', 0, 0);
    at(100);
    left.update('b', 0, 0);
    at(150);
    left.update('a', 0, 0);
    at(400);
    expect(left.finish()).toEqual({ a: 350, b: 50 });
  });
});
