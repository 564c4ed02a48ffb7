/** Heat maps of what past runs measured. */

import type { Overlay, OverlayMeasure } from '../../../protocol/graph/overlay.ts';
import type { AnalysisResult } from '../../../protocol/results/analysis.ts';
import type { Benchmark } from '../../../protocol/results/benchmark.ts';
import type { LayerResult, RunResult } from '../../../protocol/results/run.ts';
import { plural } from '../../../protocol/words.ts';
import type { FinishedRun } from '../results.ts';
import { dateInWords } from '../recipe/date-words.ts';
import { pathOf } from './store.ts';

/** Below 20 dB a layer's output is mostly noise to the layers behind; above 40 dB it hardly changes. */
const sqnrThresholds = [10, 20, 30, 40];

/** Of the newest run of each kind that has something to show, for the model at `path`. */
export function overlaysOf(path: string, runs: readonly FinishedRun[]): Overlay[] {
  const overlays = runs.flatMap((run): Overlay[] => {
    switch (run.kind) {
      case 'analyze':
        return ofAnalysis(run.result, run.record.createdAt);
      case 'recipe':
        return ofRecipe(run.result, run.record.createdAt);
      case 'benchmark':
        return ofBenchmark(run.result, path, run.record.createdAt);
      case 'compare':
        return [];
    }
  });
  const newest = new Map<string, Overlay>();
  for (const overlay of overlays) if (!newest.has(overlay.id)) newest.set(overlay.id, overlay);
  return [...newest.values()];
}

function ofAnalysis({ layers, metric, samples, partial }: AnalysisResult, at: number): Overlay[] {
  const data = metric.synthetic ? 'random data' : plural(samples, 'sample');
  const source = partial === true
    ? `Sensitivity analysis under way, ${data} so far: colours still change.`
    : `Sensitivity analysis of ${dateInWords(at)}, ${data}.`;
  const notes = Object.fromEntries(layers.map(({ name, reasons, advice }) =>
    [name, [...reasons, ...advice].join('; ')]));
  return [
    overlay({
      id: 'drop',
      title: `Drop of ${metric.name} alone in int8`,
      unit: '',
      bad: 'high',
      aggregate: 'max',
    }, source, layers.map(({ name, drop }) => [name, drop]), notes),
    overlay({
      id: 'sqnr',
      title: 'Signal to noise at the outputs, alone in int8',
      unit: 'dB',
      bad: 'low',
      aggregate: 'min',
    }, source, layers.map(({ name, sqnrDb }) => [name, sqnrDb]), notes, sqnrThresholds),
    overlay({
      id: 'turned',
      title: 'Answers changed alone in int8',
      unit: '%',
      bad: 'high',
      aggregate: 'max',
    }, source, layers.map(({ name, turned }) => [name, turned === undefined ? null : 100 * turned.share]), notes),
  ].flatMap(withValues);
}

function ofRecipe({ layers, data, synthetic }: RunResult, at: number): Overlay[] {
  const samples = data.calibration?.samples;
  const basis = samples === undefined ? '' : `, ${synthetic ? 'random data' : plural(samples, 'sample')}`;
  const source = `Compressed ${dateInWords(at)}${basis}.`;
  const notes = Object.fromEntries(layers.map((layer) => [layer.name, actionOf(layer)]));
  return [
    overlay({
      id: 'run-sqnr',
      title: 'Signal to noise of each layer in the last run',
      unit: 'dB',
      bad: 'low',
      aggregate: 'min',
    }, source, layers.map(({ name, sqnrDb }) => [name, sqnrDb]), notes, sqnrThresholds),
    overlay({
      id: 'saved',
      title: 'Bytes saved in the last run',
      unit: 'bytes',
      bad: 'none',
      aggregate: 'sum',
    }, source, layers.filter(({ bytesBefore }) => bytesBefore > 0)
      .map(({ name, bytesBefore, bytesAfter }) => [name, bytesBefore - bytesAfter]), notes),
  ].flatMap(withValues);
}

/** Times of nodes that onnxruntime made of one node are added up; those of no known origin are left out. */
function ofBenchmark({ runs, machine }: Benchmark, path: string, at: number): Overlay[] {
  const run = runs.find(({ model, nodes }) => pathOf(model) === path && nodes !== undefined);
  if (!run?.nodes) return [];
  const times = new Map<string, number>();
  for (const { origin, medianUs } of run.nodes) {
    if (origin !== undefined) times.set(origin, (times.get(origin) ?? 0) + medianUs / 1000);
  }
  const where = `${machine.processor}, ${plural(run.threads, 'thread')}, batch of ${run.batch}`;
  return withValues(overlay({
    id: 'latency',
    title: 'Latency',
    unit: 'ms',
    bad: 'high',
    aggregate: 'sum',
  }, `Benchmark of ${dateInWords(at)}, ${where}.`, [...times]));
}

function actionOf({ action, reason }: LayerResult): string {
  return reason === undefined ? action : `${action}: ${reason}`;
}

function overlay(
  measure: OverlayMeasure,
  source: string,
  figures: readonly (readonly [string, number | null])[],
  notes?: Readonly<Record<string, string>>,
  thresholds?: readonly number[],
): Overlay {
  const values = Object.fromEntries(figures.filter((pair): pair is [string, number] => Number.isFinite(pair[1])));
  return { ...measure, source, values, ...(notes && { notes }), ...(thresholds && { thresholds }) };
}

function withValues(one: Overlay): Overlay[] {
  return Object.keys(one.values).length > 0 ? [one] : [];
}
