import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { sectionOf } from './problem-section.ts';

it('finds the section of a code in the documentation', () => {
  const markdown = readFileSync(resolve(import.meta.dirname, '../../docs/problems.md'), 'utf8');
  expect(sectionOf(markdown, 'LTH1003')).toBe('targets-what-lathe-check-finds');
  expect(sectionOf(markdown, 'LTH9999')).toBe('');
});

it('takes the heading that is nearest above', () => {
  expect(sectionOf('# A\n## B, or C\ntext LTH1\n## D\n', 'LTH1')).toBe('b-or-c');
  expect(sectionOf('# A\n### LTH2: it is slow\n', 'LTH2')).toBe('lth2-it-is-slow');
});
