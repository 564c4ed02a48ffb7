/** Results of real runs on the sample model, as the command line printed them, and records that go with them. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import type { RunRecord, RunRequest } from '../../protocol/runs.ts';

interface Fixtures {
  readonly 'run': RunResult;
  /** Many candidates were measured before the goal held. */
  readonly 'run-repaired': RunResult;
  readonly 'benchmark': Benchmark;
  readonly 'analysis': AnalysisResult;
  readonly 'comparison': Comparison;
}

export function fixture<Name extends keyof Fixtures>(name: Name): Fixtures[Name] {
  const text = readFileSync(join(import.meta.dirname, 'fixtures', `${name}.json`), 'utf8');
  return JSON.parse(text) as Fixtures[Name];
}

const model = '/home/ada/models/digits.onnx';

export const requests = {
  recipe: { kind: 'recipe', recipe: '/home/ada/models/digits.int8.lathe.yaml' },
  analyze: { kind: 'analyze', model, data: { data: '/home/ada/models/digits.data.yaml' } },
  benchmark: { kind: 'benchmark', models: [model, '/home/ada/models/digits.int8.onnx'] },
  compare: { kind: 'compare', a: model, b: '/home/ada/models/digits.int8.onnx' },
} as const satisfies Readonly<Record<RunRequest['kind'], RunRequest>>;

/** A run that is over, unless `more` says otherwise. */
export function record(kind: RunRequest['kind'], more: Partial<RunRecord> = {}): RunRecord {
  const createdAt = Date.UTC(2026, 10, 23, 20, 36);
  return {
    id: 'run-1', request: requests[kind], state: 'done', createdAt, startedAt: createdAt, endedAt: createdAt + 15_000,
    ...more,
  };
}
