import { expect, it } from 'vitest';
import { analysisRun, benchmarkRun, compressionRun } from '../../../test/protocol/finished-runs.ts';
import { overlaysOf } from './overlays.ts';

it('shows the newest run of each kind', () => {
  const overlays = overlaysOf('/m.onnx', [analysisRun(2), compressionRun(), analysisRun(7), benchmarkRun('/m.onnx')]);
  expect(overlays.map(({ id, values }) => [id, values])).toEqual([
    ['drop', { conv1: 0.02 }],
    ['sqnr', { conv1: 12, conv2: 35 }],
    ['run-sqnr', { conv1: 9 }],
    ['saved', { conv1: 300, fc: 0 }],
    ['latency', { conv1: 0.75 }],
  ]);
  expect(overlays[0]!.source).toContain('2 samples');
  expect(overlays[2]!.notes).toMatchObject({ fc: 'float: too sensitive' });
});

it('leaves out times of other models', () => {
  expect(overlaysOf('/other.onnx', [benchmarkRun('/m.onnx')])).toEqual([]);
});
