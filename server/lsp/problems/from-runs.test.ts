import { expect, it } from 'vitest';
import { analysisRun, compressionRun } from '../../../test/protocol/finished-runs.ts';
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
