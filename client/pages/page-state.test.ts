import { expect, it } from 'vitest';
import { comparedOfState, runOfState } from './page-state.ts';

it('finds the run that a page showed', () => {
  expect(runOfState({ run: 'r1', tab: 2 })).toBe('r1');
  expect([undefined, null, 'r1', {}, { run: '' }, { run: 3 }].map(runOfState)).toEqual(Array(6).fill(undefined));
});

it('finds the models that a page compared, with their run where there is one', () => {
  expect(comparedOfState({ a: 'file:///a', b: 'file:///b' })).toEqual({ a: 'file:///a', b: 'file:///b' });
  expect(comparedOfState({ a: 'file:///a', b: 'file:///b', run: 'r' })?.run).toBe('r');
  expect(comparedOfState({ a: 'file:///a' })).toBeUndefined();
});
