import { describe, expect, it } from 'vitest';
import type { TargetChoice } from '../../protocol/advice.ts';
import {
  budgetText, dataChoices, isSuggestedData, parseBudget, preferenceChoices, recipeChoices, suggestedTarget,
  targetChoices,
} from './choices.ts';

const host: TargetChoice = { name: 'x64-vnni', title: 'This machine (x64-vnni)', description: '', here: true };
const arm: TargetChoice = { name: 'arm64', title: 'arm64', description: '', here: false };
const phone: TargetChoice = { name: 'phone', title: 'phone', description: '', here: false };

describe('targets', () => {
  it('suggests the one in the settings, else this machine', () => {
    expect(suggestedTarget([arm, host], 'arm64')).toBe(arm);
    expect(suggestedTarget([arm, host], '')).toBe(host);
    expect(suggestedTarget([arm, host], 'unknown')).toBe(host);
    expect(suggestedTarget([], '')).toBeUndefined();
  });

  it('lists the suggested one first and this machine next', () => {
    const names = targetChoices([host, arm, phone], 'phone').map(({ value }) => value);
    expect(names).toEqual(['phone', 'x64-vnni', 'arm64']);
  });
});

describe('the accuracy budget', () => {
  it('is read in points', () => {
    expect(['1', '0.5', '0,5 %', ' 2 points ', '100'].map(parseBudget)).toEqual([0.01, 0.005, 0.005, 0.02, 1]);
    expect(['', '-1', '101', 'much', '1e2'].map(parseBudget)).toEqual(Array(5).fill(undefined));
  });

  it('is told in words', () => {
    expect([undefined, 0, 0.01, 0.005].map(budgetText)).toEqual([
      'accuracy nearly as before', 'no accuracy lost', 'at most 1 point of accuracy lost',
      'at most 0.5 points of accuracy lost',
    ]);
  });
});

it('begins with what nearly everybody wants, and says where it holds', () => {
  const [first] = preferenceChoices(0.02, host);
  expect(first).toMatchObject({ value: { prefer: 'both', maxDrop: 0.02 } });
  expect(first!.description).toBe('on this machine (x64-vnni), at most 2 points of accuracy lost');
});

describe('data', () => {
  const found = [{ choice: { data: '/d' }, title: 'd', description: '300 pictures' }];

  it('come first when they were found, "no data" last', () => {
    const choices = dataChoices(found, 'without');
    expect(choices[0]!.value).toEqual({ kind: 'data', data: { data: '/d' } });
    expect(choices.at(-1)!.value).toEqual({ kind: 'none' });
  });

  it('are suggested when there are any; else Enter does without', () => {
    const suggested = (list: typeof found): string[] =>
      dataChoices(list, '').filter(({ value }) => isSuggestedData(list, value)).map(({ value }) => value.kind);
    expect(suggested(found)).toEqual(['data']);
    expect(suggested([])).toEqual(['none']);
  });
});

describe('the recipe', () => {
  const advice = {
    recipe: '/w/m.lathe.yaml', text: '', reasons: ['It is large.'], warnings: ['Slow there.'],
    predicted: { sizeBytes: 100_000, originalBytes: 400_000, latencyRatio: 1.5, basis: 'Size: the structure.' },
  };

  it('is run by Enter, with what it promises and why', () => {
    const [first, second, warning] = recipeChoices(advice, 'm.lathe.yaml', true);
    expect(first).toMatchObject({
      value: 'run', description: '400 kB → 100 kB, 4.00x smaller, about 1.50x faster',
      detail: 'It is large. Size: the structure.',
    });
    expect(second!.value).toBe('edit');
    expect(warning).toMatchObject({ label: '$(warning) Slow there.', value: 'edit' });
  });

  it('is only written where nothing may run', () => {
    expect(recipeChoices(advice, 'm.lathe.yaml', false).map(({ value }) => value)).toEqual(['edit', 'edit']);
  });
});
