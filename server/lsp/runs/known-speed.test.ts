import { describe, expect, it } from 'vitest';
import type { RecipeAdvice } from '../../../protocol/advice.ts';
import type { FinishedRun } from '../results.ts';
import { withKnownSpeed } from './known-speed.ts';

const advice: RecipeAdvice = {
  recipe: '/m/a.lathe.yaml',
  text: 'version: 1\nmodel: a.onnx\ntarget: x64\nsteps:\n  - fold: {}\n  - quantize: {}\n',
  reasons: [],
  warnings: [],
  predicted: { sizeBytes: 1, originalBytes: 4, latencyRatio: null, basis: 'Size: weights. Speed: not known.' },
};

function run(target: string, kept: boolean, median: number): FinishedRun {
  return {
    kind: 'recipe',
    record: { endedAt: Date.UTC(2026, 4, 6) },
    result: {
      target,
      latencyRatio: { median, ci95: [median, median] },
      steps: [{ name: 'fold', kept: true }, { name: 'quantize', kept }],
      machine: { processor: 'Test CPU' },
    },
  } as unknown as FinishedRun;
}

describe('a predicted speed', () => {
  it('is that of the newest run with the same steps for the same target', () => {
    const { predicted } = withKnownSpeed(advice, [
      { kind: 'benchmark' } as FinishedRun, run('arm64', true, 3), run('x64', false, 1), run('x64', true, 1.5),
      run('x64', true, 9),
    ]);
    expect(predicted).toMatchObject({
      latencyRatio: 1.5,
      basis: 'Size: weights. Speed: 1.50x faster in a run of 2026-05-06 with these steps, on Test CPU.',
    });
  });

  it('stays as it is where nothing was measured', () => {
    expect(withKnownSpeed(advice, [run('arm64', true, 3)])).toBe(advice);
  });
});
