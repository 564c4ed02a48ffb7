/** A run's result in one line: "3.77x smaller, 1.57x faster, top1 58.0 % (-0.8 points)". */

import { basename } from 'node:path';
import type { AnalysisResult } from '../../protocol/results/analysis.ts';
import type { Benchmark } from '../../protocol/results/benchmark.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import type { RunResult } from '../../protocol/results/run.ts';
import type { RunRequest } from '../../protocol/runs.ts';
import { comparison as ratio } from '../engine/recipe/report/rows.ts';
import { changeInWords, durationInWords, metricInWords, plural } from '../engine/util/words.ts';

/** `result` is the document of a run of that kind. */
export function summaryOf(kind: RunRequest['kind'], result: unknown): string {
  switch (kind) {
    case 'recipe':
      return ofRun(result as RunResult);
    case 'analyze':
      return ofAnalysis(result as AnalysisResult);
    case 'benchmark':
      return ofBenchmark(result as Benchmark);
    case 'compare':
      return ofComparison(result as Comparison);
  }
}

type Ratio = RunResult['latencyRatio'];

function sizeWords(sizeRatio: number): string {
  const words = ratio(sizeRatio, 'smaller', 'larger');
  return words === 'the same' ? 'the same size' : words;
}

/** An interval around 1 means that nobody can tell which one is faster. */
function speedWords(latency: Ratio): string[] {
  if (!latency) return [];
  const { median, ci95: [low, high] } = latency;
  const words = low <= 1 && high >= 1 ? 'the same' : ratio(median, 'faster', 'slower');
  return [words === 'the same' ? 'about as fast' : words];
}

/** @param change signed as the metric counts; null where there is nothing to compare with */
function metricWords(name: string, value: number | null, change: number | null, synthetic: boolean): string {
  // JSON has no infinities: an exact match comes as null.
  const words = `${name} ${metricInWords(name, value ?? Infinity)}`;
  const signed = change === null ? [] : [changeInWords(name, change === 0 ? 0 : change)];
  const remarks = [...signed, ...(synthetic ? ['synthetic data'] : [])];
  return remarks.length === 0 ? words : `${words} (${remarks.join(', ')})`;
}

function ofRun({ sizeRatio, latencyRatio, original, result: { metric }, drop }: RunResult): string {
  const comparable = typeof original.metric?.value === 'number' && Number.isFinite(original.metric.value);
  return [
    sizeWords(sizeRatio),
    ...speedWords(latencyRatio),
    ...(metric
      ? [metricWords(metric.name, metric.value, drop && comparable ? -drop.value : null, metric.synthetic)]
      : []),
  ].join(', ');
}

function ofComparison({ sizeRatio, latencyRatio, metric }: Comparison): string {
  return [
    sizeWords(sizeRatio),
    ...speedWords(latencyRatio),
    ...(metric ? [metricWords(metric.name, metric.b, metric.difference, metric.synthetic)] : []),
  ].join(', ');
}

function ofAnalysis({ layers, metric }: AnalysisResult): string {
  const [worst] = layers;
  const count = plural(layers.length, 'layer');
  if (!worst) return count;
  if (worst.drop !== null && worst.drop > 0) {
    return `${count}, worst ${worst.name} (${metric.name} ${changeInWords(metric.name, -worst.drop)} alone in int8)`;
  }
  const error = worst.sqnrDb === null ? '' : ` (${worst.sqnrDb.toFixed(1)} dB at the outputs)`;
  return `${count}, worst ${worst.name}${error}`;
}

/** More models than this make a line that nobody reads. */
const namedModels = 3;

function ofBenchmark({ runs, ratios }: Benchmark): string {
  const [only, second] = runs;
  if (!only) return 'nothing was timed';
  const time = (ms: number): string => durationInWords(ms);
  if (!second) return `${time(only.latencyMs.median)} median, ${time(only.latencyMs.p95)} p95`;
  const medians = runs.slice(0, namedModels)
    .map(({ model, latencyMs }) => `${basename(model)} ${time(latencyMs.median)}`);
  const others = runs.length > namedModels ? [`${runs.length - namedModels} more`] : [];
  const [first] = ratios;
  const words = runs.length === 2 && first ? speedWords(first.latency) : [];
  return [...medians, ...others, ...words].join(', ');
}
