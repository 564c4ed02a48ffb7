import { expect, it } from 'vitest';
import { Restarts } from './restarts.ts';

it('starts a server again four times within the period, and not a fifth', () => {
  const restarts = new Restarts(4, 1000);
  expect([0, 100, 200, 300, 400].map((at) => restarts.crashed(at))).toEqual([true, true, true, true, false]);
});

it('forgets crashes that are long past', () => {
  const restarts = new Restarts(1, 1000);
  expect([0, 1500, 1600].map((at) => restarts.crashed(at))).toEqual([true, true, false]);
});

it('begins anew when the user restarts it', () => {
  const restarts = new Restarts(1, 1000);
  restarts.crashed(0);
  restarts.forgive();
  expect(restarts.crashed(1)).toBe(true);
});
