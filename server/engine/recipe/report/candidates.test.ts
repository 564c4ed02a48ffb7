import { expect, it } from 'vitest';
import type { CandidateResult, RunResult } from '../../../../protocol/results/run.ts';
import { frontOf, htmlCandidateSection, markdownCandidateSection } from './candidates.ts';

function candidate(weightBytes: number, value: number, fields: Partial<CandidateResult> = {}): CandidateResult {
  const drop = 0.9 - value;
  const dropCi95 = [drop, drop] as const;
  return { step: 'quantize', weightBytes, value, drop, dropCi95, allowed: drop <= 0.01, chosen: false, ...fields };
}

const candidates = [
  candidate(4000, 0.9, { step: '' }),
  candidate(1000, 0.7),
  candidate(1500, 0.6),
  candidate(1600, 0.895, { chosen: true }),
  candidate(3000, 0.894),
];

function result(list: readonly CandidateResult[]): RunResult {
  const metric = { name: 'top1', value: 0.895, samples: 200, synthetic: false };
  return { candidates: list, result: { metric }, goal: { maxDrop: 0.01 } } as unknown as RunResult;
}

it('lists what no other candidate beats, and draws all of them', () => {
  expect(frontOf(candidates).map(({ weightBytes }) => weightBytes)).toEqual([1000, 1600, 4000]);
  const markdown = markdownCandidateSection(result(candidates)).join('\n');
  expect(markdown).toContain('4 candidates besides the original, measured on 200 samples; 3 that no other one beats');
  expect(markdown).toMatch(/\| result \| 1\.60 kB \| 89\.5 % \| yes \|/);
  expect(markdown).toMatch(/\| quantize \| 1\.00 kB \| 70\.0 % \| no \|/);
  expect(markdown).not.toContain('3.00 kB');
  const html = htmlCandidateSection(result(candidates));
  expect(html.match(/<circle/g)).toHaveLength(5);
  expect(html.match(/class="after"/g)).toHaveLength(1);
});

it('says nothing where the summary has said it all', () => {
  expect(markdownCandidateSection(result(candidates.slice(0, 2)))).toEqual([]);
  expect(htmlCandidateSection(result(candidates.slice(0, 2)))).toBe('');
});
