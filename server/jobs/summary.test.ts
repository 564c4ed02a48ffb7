import { describe, expect, it } from 'vitest';
import type { AnalyzedLayer } from '../../protocol/results/analysis.ts';
import { summaryOf } from './summary.ts';

const run = {
  sizeRatio: 3.771,
  latencyRatio: { median: 1.574, ci95: [1.49, 1.64] },
  original: { metric: { name: 'top1', value: 0.588 } },
  result: { metric: { name: 'top1', value: 0.58, synthetic: false } },
  drop: { value: 0.008, ci95: [0, 0.02] },
};

describe('the summary of a run', () => {
  it.each<[string, object]>([
    ['3.77x smaller, 1.57x faster, top1 58.0 % (-0.8 points)', {}],
    ['3.77x smaller, about as fast, top1 58.0 % (-0.8 points)', { latencyRatio: { median: 1.02, ci95: [0.97, 1.05] } }],
    ['2.00x larger, 2.00x slower, top1 58.0 % (+0.0 points)', {
      sizeRatio: 0.5, latencyRatio: { median: 0.5, ci95: [0.4, 0.6] }, drop: { value: 0, ci95: [0, 0] },
    }],
    ['the same size', { sizeRatio: 1, latencyRatio: null, result: { metric: null } }],
    // Against itself a model is exact, which JSON writes as null.
    ['3.77x smaller, 1.57x faster, sqnr 31.2 dB (synthetic data)', {
      original: { metric: { name: 'sqnr', value: null } },
      result: { metric: { name: 'sqnr', value: 31.24, synthetic: true } },
    }],
  ])('%s', (words, change) => {
    expect(summaryOf('recipe', { ...run, ...change })).toBe(words);
  });
});

describe('the summary of an analysis', () => {
  const metric = { name: 'top1', value: 0.9 };
  const layer: Partial<AnalyzedLayer> = { name: '/stem/conv', drop: null, sqnrDb: 12.34 };

  it.each<[string, readonly Partial<AnalyzedLayer>[]]>([
    ['0 layers', []],
    ['1 layer, worst /stem/conv (12.3 dB at the outputs)', [layer]],
    ['2 layers, worst /stem/conv (top1 -3.2 points alone in int8)', [{ ...layer, drop: 0.032 }, layer]],
  ])('%s', (words, layers) => {
    expect(summaryOf('analyze', { metric, layers })).toBe(words);
  });
});

describe('the summary of a benchmark', () => {
  const timed = (model: string, median: number): object => ({ model, latencyMs: { median, p95: median * 2 } });

  it.each<[string, readonly object[], readonly object[]]>([
    ['4.20 ms median, 8.40 ms p95', [timed('/m/a.onnx', 4.2)], []],
    ['a.onnx 4.20 ms, b.onnx 2.10 ms, 2.00x faster', [timed('/m/a.onnx', 4.2), timed('/m/b.onnx', 2.1)], [
      { latency: { median: 2, ci95: [1.9, 2.1] } },
    ]],
    ['a 1.00 ms, b 1.00 ms, c 1.00 ms, 1 more', ['a', 'b', 'c', 'd'].map((name) => timed(name, 1)), []],
  ])('%s', (words, runs, ratios) => {
    expect(summaryOf('benchmark', { runs, ratios })).toBe(words);
  });
});

describe('the summary of a comparison', () => {
  it('signs the difference as the metric counts', () => {
    const metric = { name: 'top1', a: 0.6, b: 0.59, difference: -0.01, synthetic: false };
    expect(summaryOf('compare', { sizeRatio: 2, latencyRatio: null, metric }))
      .toBe('2.00x smaller, top1 59.0 % (-1.0 points)');
  });
});
