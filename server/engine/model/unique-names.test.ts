import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UniqueNames } from './unique-names.ts';

describe('UniqueNames', () => {
  it('never gives a name twice, nor one that was added, and always the lowest number that is free', () => {
    const bases = fc.array(fc.constantFrom<string[]>('a', 'a_1', 'a_2', 'b', 'a_1_1', ''), { maxLength: 30 });
    fc.assert(
      fc.property(bases, bases, (added, claimed) => {
        const names = new UniqueNames();
        const taken = new Set<string>(added.filter(Boolean));
        for (const name of added) names.add(name);
        for (const base of claimed) {
          let expected = base;
          for (let i = 1; taken.has(expected); i++) expected = `${base}_${i}`;
          expect(names.claim(base)).toBe(expected);
          taken.add(expected);
        }
      }),
    );
  });

  it('gives a released name again', () => {
    const names = new UniqueNames();
    names.add('a');
    names.claim('a');
    names.release('a');
    expect([names.claim('a'), names.claim('a')]).toEqual(['a', 'a_2']);
  });
});
