import { describe, expect, it } from 'vitest';
import { Model } from '../model/model.ts';
import { BestKept, type Candidate } from './best-kept.ts';

function candidate(drop?: number): Candidate {
  if (drop === undefined) return { model: new Model(), verdict: undefined };
  return { model: new Model(), verdict: { metric: 'top1', value: 0.9 - drop, samples: 100, drop, dropCi95: [0, 0] } };
}

describe('BestKept', () => {
  it.each<[string, (number | undefined)[], number]>([
    ['the first, whatever it is', [0.5], 0],
    ['the smaller drop, while none is allowed', [0.5, 0.2, 0.3], 1],
    ['the first that is allowed', [0.5, 0.01], 1],
    ['the later of two that are allowed', [0, 0.01], 1],
    ['one that is allowed over a later one that is not', [0.01, 0.2], 0],
    ['the later where nothing is measured', [undefined, undefined], 1],
  ])('keeps %s', (_what, drops, kept) => {
    const written: Model[] = [];
    const best = new BestKept(0.01, (model) => written.push(model));
    const candidates = drops.map(candidate);
    for (const one of candidates) best.offer(one);
    expect(best.candidate).toBe(candidates[kept]);
    expect(written.at(-1)).toBe(candidates[kept]?.model);
  });

  it('writes a model once', () => {
    let writes = 0;
    const best = new BestKept(0.01, () => writes += 1);
    const one = candidate(0);
    best.offer(one);
    best.replace(one);
    expect(writes).toBe(1);
  });
});
