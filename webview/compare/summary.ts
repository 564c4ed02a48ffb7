/** What changed from one model to the other, in figures. */

import { comparison as ratioWords } from '../../protocol/results/run-words.ts';
import type { Comparison } from '../../protocol/results/comparison.ts';
import { intervals } from '../ui/charts/intervals.ts';
import { pairBars } from '../ui/charts/bars.ts';
import { element, type Child } from '../ui/dom.ts';
import { bytesInWords, changeInWords, countInWords, durationInWords, fileName, metricInWords, plural }
  from '../ui/format.ts';
import { facts, notice, plainTable, section, type Card } from '../ui/parts.ts';

export function comparisonCards({ a, b, sizeRatio, latencyRatio, metric }: Comparison): Card[] {
  const shown: Card[] = [{
    large: ratioWords(sizeRatio, 'smaller', 'larger'),
    small: `${bytesInWords(a.sizeBytes)} → ${bytesInWords(b.sizeBytes)}`,
  }];
  if (latencyRatio && a.latencyMs && b.latencyMs) {
    shown.push({
      large: speedWords(latencyRatio),
      small: `${durationInWords(a.latencyMs.median)} → ${durationInWords(b.latencyMs.median)}, median`,
    });
  }
  if (metric) {
    shown.push({
      large: `${metricInWords(metric.name, metric.b)} ${metric.name}`,
      small: `${changeInWords(metric.name, metric.difference)}, ${plural(metric.samples, 'sample')}`
        + (metric.synthetic ? ', synthetic' : ''),
    });
  }
  return shown;
}

function speedWords({ median, ci95: [low, high] }: NonNullable<Comparison['latencyRatio']>): string {
  return low <= 1 && high >= 1 ? 'as fast' : ratioWords(median, 'faster', 'slower');
}

export function figuresPanel(comparison: Comparison): Child {
  const { a, b, sizeRatio, latencyRatio, metric, notes, durationMs } = comparison;
  const names = [fileName(a.path), fileName(b.path)] as const;
  const rows: (readonly string[])[] = [
    ['Size', bytesInWords(a.sizeBytes), bytesInWords(b.sizeBytes), ratioWords(sizeRatio, 'smaller', 'larger')],
    ['Parameters', countInWords(a.parameters), countInWords(b.parameters), a.parameters === b.parameters
      ? '' : ratioWords(a.parameters / Math.max(1, b.parameters), 'fewer', 'more')],
  ];
  if (a.latencyMs && b.latencyMs) {
    const interval = latencyRatio?.ci95.map((value) => `${value.toFixed(2)}x`).join(' to ');
    rows.push(
      ['Latency, median', durationInWords(a.latencyMs.median), durationInWords(b.latencyMs.median), latencyRatio
        ? `${latencyRatio.median.toFixed(2)}x, undisturbed (${interval ?? ''})` : ''],
      ['Latency, p95', durationInWords(a.latencyMs.p95), durationInWords(b.latencyMs.p95), ''],
    );
  }
  if (metric) {
    const change = (value: number): string => changeInWords(metric.name, value);
    rows.push([metric.name, metricInWords(metric.name, metric.a), metricInWords(metric.name, metric.b),
      `${change(metric.difference)} (${change(metric.ci95[0])} to ${change(metric.ci95[1])})`]);
  }
  return [
    metric?.synthetic === true && notice('warning', 'The data are random numbers.', element('p', {},
      'The metric compares the two models; it says nothing about accuracy on real data. Compare with data for that.')),
    plainTable('Intervals hold the true value in 95 of 100 cases.', [
      { title: '' }, { title: names[0], numeric: true }, { title: names[1], numeric: true }, { title: 'Change' },
    ], rows),
    element('div', { class: 'charts' },
      element('div', {}, element('h3', {}, 'Size'), pairBars({
        title: 'Size', before: a.sizeBytes, after: b.sizeBytes, format: bytesInWords, names: ['first', 'second'],
      })),
      metric && element('div', {}, element('h3', {}, `Change of ${metric.name}`), intervals({
        title: `Change of ${metric.name}`,
        rows: [{ name: 'change', value: metric.difference, interval: metric.ci95 }],
        format: (value) => changeInWords(metric.name, value),
        include: 0,
      }))),
    section('How these numbers were made', facts([
      ['Samples', metric && `${metric.samples}${metric.synthetic ? ', random numbers' : ''}; both models saw the same `
        + 'ones, the interval is that of pairs'],
      ['Latency', latencyRatio && 'both models in processes of their own, in turns; the ratio compares the fastest run '
        + 'of each round'],
      ['Took', durationInWords(durationMs)],
      ['Notes', notes.length > 0 && element('ul', { class: 'notes' }, notes.map((note) => element('li', {}, note)))],
    ])),
  ];
}
