/** A result in words: the same ones in its report, on its page and on the command line. */

import {
  bytesInWords, changeInWords, countInWords, durationInWords, metricInWords, plural, ratioInWords,
} from '../words.ts';
import type { LayerResult, MetricFigure, RunResult } from './run.ts';

/** Outputs nearer to the original's than this count as equal: a drop in dB is counted from here. */
export const equalDb = 40;

export interface SummaryRow {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly change: string;
}

/** Size, parameters, latency and metric, before and after. */
export function summaryRows(result: RunResult): SummaryRow[] {
  const { original, result: after } = result;
  const rows: SummaryRow[] = [
    {
      what: 'Size',
      before: bytesInWords(original.sizeBytes),
      after: bytesInWords(after.sizeBytes),
      change: comparison(result.sizeRatio, 'smaller', 'larger'),
    },
    {
      what: 'Parameters',
      before: countInWords(original.parameters),
      after: countInWords(after.parameters),
      change: countInWords(original.parameters) === countInWords(after.parameters)
        ? ''
        : comparison(original.parameters / Math.max(1, after.parameters), 'fewer', 'more'),
    },
  ];
  if (original.latencyMs && after.latencyMs) {
    rows.push({
      what: 'Latency, median',
      before: durationInWords(original.latencyMs.median),
      after: durationInWords(after.latencyMs.median),
      change: latencyChange(result),
    }, {
      what: 'Latency, p95',
      before: durationInWords(original.latencyMs.p95),
      after: durationInWords(after.latencyMs.p95),
      change: comparison(original.latencyMs.p95 / after.latencyMs.p95, 'faster', 'slower'),
    });
  }
  if (original.metric && after.metric) {
    const { name, synthetic } = after.metric;
    rows.push({
      what: synthetic ? `${name} (synthetic data)` : name,
      before: metricInWords(name, original.metric.value),
      after: metricInWords(name, after.metric.value),
      change: metricChange(result),
    });
  }
  return rows;
}

/** The figures of a run that matter most: a large one each, and what it rests on. */
export function headlineFigures(result: RunResult): { readonly large: string; readonly small: string }[] {
  const { original, result: after, latencyRatio, drop } = result;
  const figures = [{
    large: comparison(result.sizeRatio, 'smaller', 'larger'),
    small: `${bytesInWords(original.sizeBytes)} → ${bytesInWords(after.sizeBytes)}`,
  }];
  if (latencyRatio && original.latencyMs && after.latencyMs) {
    const same = latencyRatio.ci95[0] <= 1 && latencyRatio.ci95[1] >= 1;
    const medians = `${durationInWords(original.latencyMs.median)} → ${durationInWords(after.latencyMs.median)}`;
    // The ratio is that of undisturbed runs: on a busy machine the medians can say something else.
    const agree = same || (original.latencyMs.median >= after.latencyMs.median) === (latencyRatio.median >= 1);
    figures.push({
      large: same ? 'as fast' : comparison(latencyRatio.median, 'faster', 'slower'),
      small: agree ? `${medians}, median` : `undisturbed; busy medians ${medians}`,
    });
  }
  if (after.metric) {
    const { name, value, samples, synthetic } = after.metric;
    const change = drop && isFinite(original.metric) ? `${changeInWords(name, -drop.value)}, ` : '';
    const of = `${plural(samples, 'sample')}${synthetic ? ', synthetic' : ''}`;
    figures.push({ large: `${metricInWords(name, value)} ${name}`, small: `${change}${of}` });
  }
  return figures;
}

/** `3.72x smaller`; a ratio under 1 is turned around. */
export function comparison(ratio: number, better: string, worse: string): string {
  if (!Number.isFinite(ratio) || ratio <= 0) return '';
  if (Math.abs(ratio - 1) < 0.005) return 'the same';
  return ratio >= 1 ? `${ratioInWords(ratio)} ${better}` : `${ratioInWords(1 / ratio)} ${worse}`;
}

function latencyChange({ latencyRatio }: RunResult): string {
  if (!latencyRatio) return '';
  const { median, ci95: [low, high] } = latencyRatio;
  // An interval around 1 means that nobody can tell which one is faster.
  const same = low <= 1 && high >= 1;
  const interval = median >= 1 || same ? [low, high] : [1 / high, 1 / low];
  const words = same ? 'about as fast' : comparison(median, 'faster', 'slower');
  return `${words} (${interval.map((x) => `${x.toFixed(2)}x`).join(' to ')})`;
}

function metricChange({ drop, original, result: { metric } }: RunResult): string {
  if (!metric) return '';
  const of = plural(metric.samples, 'sample');
  // Against itself the original is exact: there is nothing to subtract from.
  if (!drop || !isFinite(original.metric)) return of;
  const change = changeInWords(metric.name, -drop.value);
  const [low, high] = drop.ci95.map((x) => changeInWords(metric.name, -x));
  return `${change} (${high!.replace(' points', '')} to ${low!.replace(' points', '')}), ${of}`;
}

function isFinite(metric: MetricFigure | null): boolean {
  return metric !== null && Number.isFinite(metric.value);
}

/** How many layers became what, the commonest first: `26 int8, 1 float`. */
export function actionCounts(layers: readonly LayerResult[]): (readonly [action: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { action } of layers) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

/** Whether the goal holds, as a sentence; undefined when the recipe has none that can be checked. */
export function goalSentence({ goal, goalMet, drop, original, result: { metric } }: RunResult): string | undefined {
  if (goal.maxDrop === undefined || !metric) return undefined;
  const allowed = changeInWords(metric.name, goal.maxDrop).slice(1);
  if (!drop) return `The goal, a drop of at most ${allowed}, could not be checked.`;
  if (!isFinite(original.metric)) {
    const least = metricInWords(metric.name, equalDb - goal.maxDrop);
    const words = `${metric.name} is ${metricInWords(metric.name, metric.value)}`;
    return goalMet
      ? `Goal met: ${words}, and at least ${least} is wanted.`
      : `Goal missed: ${words}, but at least ${least} is wanted.`;
  }
  const lost = changeInWords(metric.name, Math.max(0, drop.value)).slice(1);
  return goalMet
    ? `Goal met: ${metric.name} drops by ${lost}, and ${allowed} are allowed.`
    : `Goal missed: ${metric.name} drops by ${lost}, and only ${allowed} are allowed.`;
}
