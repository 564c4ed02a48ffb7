/** Before and after at a glance: the table, the bars, and what the run had to say. */

import { summaryRows } from '../../../protocol/results/run-words.ts';
import type { RunNote, RunResult } from '../../../protocol/results/run.ts';
import { pairBars } from '../../ui/charts/bars.ts';
import { intervals } from '../../ui/charts/intervals.ts';
import { element, type Child } from '../../ui/dom.ts';
import { bytesInWords, durationInWords, metricInWords, plural } from '../../ui/format.ts';
import { plainTable, section } from '../../ui/parts.ts';
import { candidateSection } from './candidates.ts';

export function summaryPanel(result: RunResult): Child {
  return [
    section('Before and after', plainTable(
      `Intervals hold the true value in 95 of 100 cases. Latency: ${plural(result.threads, 'thread')}, both models in `
        + 'one interleaved run; its change is that of undisturbed runs.',
      [{ title: '' }, { title: 'before', numeric: true }, { title: 'after', numeric: true }, { title: 'change' }],
      summaryRows(result).map(({ what, before, after, change }) => [what, before, after, change]),
    ), charts(result)),
    candidateSection(result),
    noteSection(result.notes),
  ];
}

function charts({ original, result }: RunResult): HTMLElement {
  const shown: HTMLElement[] = [element('div', {}, element('h3', {}, 'Size'), pairBars({
    title: 'Size', before: original.sizeBytes, after: result.sizeBytes, format: bytesInWords,
  }))];
  if (original.latencyMs && result.latencyMs) {
    shown.push(element('div', {}, element('h3', {}, 'Median latency'), pairBars({
      title: 'Median latency', before: original.latencyMs.median, after: result.latencyMs.median,
      format: durationInWords,
    })));
  }
  const { metric } = result;
  if (metric?.ci95 && original.metric?.ci95) {
    shown.push(element('div', {}, element('h3', {}, `${metric.name} and its 95 % interval`), intervals({
      title: metric.name,
      rows: [
        { name: 'before', value: original.metric.value, interval: original.metric.ci95, kind: 'before' },
        { name: 'after', value: metric.value, interval: metric.ci95, kind: 'after' },
      ],
      format: (value) => metricInWords(metric.name, value),
    })));
  }
  return element('div', { class: 'charts' }, shown);
}

function noteSection(notes: readonly RunNote[]): Child {
  if (notes.length === 0) return undefined;
  return section('Notes', element('ul', { class: 'notes' }, notes.map(({ severity, message, node }) => element('li', {},
    severity === 'warning' && element('b', {}, 'Warning: '), message,
    node !== undefined && [' ', element('code', {}, node)]))));
}
