import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, listInWords, nearest } from './nearest.ts';

const keys = ['version', 'model', 'output', 'target', 'data', 'goal', 'steps', 'calibration', 'perChannel'];

describe('nearest', () => {
  it.each([
    ['calibraton', 'calibration'],
    ['Model', 'model'],
    ['per_channel', 'perChannel'],
    ['per-channel', 'perChannel'],
    ['step', 'steps'],
    ['ouptut', 'output'],
    ['calib', 'calibration'],
    ['gaol', 'goal'],
  ])('%s is probably %s', (word, known) => {
    expect(nearest(word, keys)).toBe(known);
  });

  it.each(['x', 'nothing', 'banana', ''])('%s is nothing known', (word) => {
    expect(nearest(word, keys)).toBeUndefined();
    expect(didYouMean(word, keys)).toBe('');
  });

  it('counts insertions, deletions, changes and swaps', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('ab', 'ba')).toBe(1);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('lists in words', () => {
    expect(listInWords([])).toBe('');
    expect(listInWords(['a'])).toBe('a');
    expect(listInWords(['a', 'b', 'c'], 'or')).toBe('a, b or c');
  });
});
