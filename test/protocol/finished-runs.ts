/** Results of runs, for tests of what is made of them. */

import type { MachineDescription } from '../../protocol/results/run.ts';
import type { RunRecord } from '../../protocol/runs.ts';
import type { FinishedRun } from '../../server/lsp/results.ts';

const machine: MachineDescription = {
  processor: 'a processor', cores: 4, platform: 'linux-x64', node: '20', onnxruntime: '1', lathe: '0',
};

const metric = { name: 'top1', value: 0.9, samples: 100, synthetic: false } as const;

function record(request: RunRecord['request']): RunRecord {
  return { id: 'run', request, state: 'done', createdAt: 0 };
}

/** conv1 loses 2 points, conv2 nothing. */
export function analysisRun(samples: number): FinishedRun {
  const layer = { opType: 'Conv', weightBytes: 400, savedBytes: 300, advice: [] };
  return {
    record: record({ kind: 'analyze', model: '/m.onnx', data: { data: 'random' } }),
    kind: 'analyze',
    result: {
      metric,
      baseline: 0.9,
      samples,
      layers: [
        { ...layer, name: 'conv2', sqnrDb: 35, drop: null, dropCi: null, rank: 2, reasons: [] },
        {
          ...layer, name: 'conv1', sqnrDb: 12, drop: 0.02, dropCi: [0.01, 0.03], rank: 1,
          reasons: ['alone in int8 it leaves 12.0 dB', 'its ranges differ much'],
        },
      ],
      notes: [],
      durationMs: 1,
      method: 'int8',
    },
  };
}

/** conv1 came out with 9 dB, fc stayed in float. */
export function compressionRun(): FinishedRun {
  const figures = { sizeBytes: 1000, parameters: 200, metric, latencyMs: null };
  return {
    record: record({ kind: 'recipe', recipe: '/m.lathe.yaml' }),
    kind: 'recipe',
    result: {
      output: '/m.int8.onnx', report: '', reportMarkdown: '', recipe: '/m.lathe.yaml', model: '/m.onnx',
      original: figures, result: figures, sizeRatio: 1, latencyRatio: null, drop: null, goal: {}, goalMet: true,
      layers: [
        { name: 'conv1', opType: 'Conv', action: 'int8', sqnrDb: 9, bytesBefore: 400, bytesAfter: 100 },
        {
          name: 'fc', opType: 'Gemm', action: 'float', sqnrDb: null, reason: 'too sensitive', bytesBefore: 400,
          bytesAfter: 400,
        },
      ],
      steps: [], notes: [], synthetic: false, data: {}, target: 'x64', seed: 0, threads: 1, machine, durationMs: 1,
    },
  };
}

/** Two nodes of onnxruntime were made of conv1; one is of unknown origin. */
export function benchmarkRun(model: string): FinishedRun {
  const time = { opType: 'Conv', provider: 'CPUExecutionProvider', share: 0.3 };
  return {
    record: record({ kind: 'benchmark', models: [model] }),
    kind: 'benchmark',
    result: {
      runs: [{
        model, provider: 'CPUExecutionProvider', threads: 1, batch: 1,
        latencyMs: { median: 1, p95: 1, mean: 1, ci95: [1, 1] }, throughput: 1, peakRssBytes: 1,
        nodes: [
          { ...time, name: 'a', origin: 'conv1', medianUs: 500 },
          { ...time, name: 'b', origin: 'conv1', medianUs: 250 },
          { ...time, name: 'c', origin: undefined, medianUs: 250 },
        ],
      }],
      ratios: [],
      machine,
      durationMs: 1,
    },
  };
}
