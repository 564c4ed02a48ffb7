import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../protocol/results/run.ts';
import { analysisRun, compressionRun } from '../../../test/protocol/finished-runs.ts';
import type { FinishedRun } from '../results.ts';
import { runProblems } from './from-runs.ts';

it('tells which layers do not quantize well, came out badly or stayed in float, from the newest runs', () => {
  const problems = runProblems([analysisRun(2), compressionRun(), analysisRun(7)]);
  expect(problems.map(({ code, severity, node }) => [code, severity, node])).toEqual([
    ['LTH3021', 'warning', 'conv1'],
    ['LTH3022', 'warning', 'conv1'],
    ['LTH3023', 'info', 'fc'],
  ]);
  const [first] = problems;
  expect(first!.message).toBe(
    '"conv1" (Conv) does not quantize well: alone in int8 it costs top1 -2.0 points, '
      + '95 % between -1.0 points and -3.0 points, 12.0 dB at the outputs. Why: its ranges differ much.',
  );
  expect(first!.fixes!.map(({ edit }) => edit)).toContainEqual({
    kind: 'layer-rule', match: 'conv1', rule: { keep: 'float' },
  });
});

describe('a metric that dropped', () => {
  const dropped = (fields: Partial<RunResult>): FinishedRun => {
    const run = compressionRun();
    if (run.kind !== 'recipe') throw new Error('It is a compression.');
    const metric = { name: 'top1', value: 0.8, samples: 500, synthetic: false };
    const base = { drop: { value: 0.05, ci95: [0.03, 0.07] as const }, goalMet: false, layers: [] };
    return { ...run, result: { ...run.result, result: { ...run.result.result, metric }, ...base, ...fields } };
  };
  const step = (name: string, more: object = {}) => ({ name, durationMs: 1, kept: true, ...more });

  it('offers to recover it: behind pruning, or within quantization', () => {
    const [pruned] = runProblems([dropped({ steps: [step('prune'), step('quantize')] })]);
    expect(pruned).toMatchObject({
      code: 'LTH3024', severity: 'warning',
      message: 'top1 dropped (-5.0 points, 95 % between -3.0 points and -7.0 points, 500 samples), and nothing was '
        + 'trained to bring it back.',
      fixes: [{ title: 'Recover by training for 10 minutes', edit: { step: 'distill', option: 'minutes', value: 10 } }],
    });
    const [quantized] = runProblems([dropped({ steps: [step('quantize')] })]);
    expect(quantized!.fixes![0]!.edit).toEqual({
      kind: 'option', step: 'quantize', option: 'aware', value: { minutes: 10 },
    });
  });

  it('is no problem where it is chance, or where something was trained already', () => {
    const chance = { drop: { value: 0.01, ci95: [-0.01, 0.03] as const }, steps: [step('prune')] };
    expect(runProblems([dropped(chance)])).toEqual([]);
    expect(runProblems([dropped({ steps: [step('prune'), step('distill', { training: {} })] })])).toEqual([]);
    expect(runProblems([dropped({ steps: [step('fold')] })])).toEqual([]);
  });
});
