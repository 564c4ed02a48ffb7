/** Which layers suffer from int8, why, and what helps. */

import type { AnalysisResult, AnalyzedLayer } from '../../protocol/results/analysis.ts';
import { intervals } from '../ui/charts/intervals.ts';
import { button, link as linkTo } from '../ui/controls.ts';
import { element, fill, type Child } from '../ui/dom.ts';
import { bytesInWords, changeInWords, dateTime, decibels, durationInWords, fileName, metricInWords, plural }
  from '../ui/format.ts';
import { Grid, type GridColumn } from '../ui/grid.ts';
import { withBar } from '../ui/layer-grid.ts';
import { cards, facts, notice, pageHead, section } from '../ui/parts.ts';
import { applyFix, openHeatMap, reveal, runButton } from './actions.ts';
import type { ShownResult } from './shown-result.ts';

/** More than this in one chart is read nowhere. */
const chartedLayers = 12;
/** Layers with less signal to noise at the outputs than this are worth a look: noise of a thirtieth of the signal. */
const enoughDb = 30;
/** At which signal to noise ratio a bar is full. */
const fullSqnrDb = 60;

export function analysisView(into: HTMLElement, shown: ShownResult<AnalysisResult>): void {
  const { link, record, result } = shown;
  const { request } = record;
  const model = request.kind === 'analyze' ? request.model : '';
  const { metric, layers, notes } = result;
  const words = (value: number): string => metricInWords(metric.name, value);
  const worst = layers[0];
  // The overlays that the server makes of an analysis.
  const overlay = layers.some(({ drop }) => drop !== null && drop !== 0) ? 'drop' : 'sqnr';
  fill(into,
    pageHead({
      title: `Sensitivity of ${fileName(model)}`,
      subtitle: [
        record.endedAt === undefined ? '' : dateTime(record.endedAt),
        `${plural(layers.length, 'layer')}, each alone in int8`,
        `took ${durationInWords(result.durationMs)}`,
      ],
      actions: [
        button('Show Heat Map in Graph', () => openHeatMap(link, model, worst?.name, overlay), {
          appearance: 'primary',
        }),
        button('Compress Model…', () => void link.request('command', { command: 'lathe.compress', arguments: [] })),
        runButton(link, record, 'Run Again', 'lathe.runs.rerun'),
      ],
    }),
    cards([
      { large: `${words(result.baseline)} ${metric.name}`, small: `in float, ${plural(result.samples, 'sample')}`
        + (metric.synthetic ? ', synthetic' : '') },
      ...(worst ? [{ large: worstWords(worst, metric.name), small: `${worst.name}, the worst alone in int8` }] : []),
      {
        large: bytesInWords(layers.reduce((sum, { savedBytes }) => sum + savedBytes, 0)),
        small: 'saved with every layer in int8, about',
      },
    ]),
    metric.synthetic && notice('warning', 'The data are random numbers.', element('p', {},
      'The order of the layers tells something; the drops say nothing about accuracy on real data.')),
    conclusion(layers),
    dropChart(result),
    section('Layers, the worst first', layerTable(shown, model)),
    section('How these numbers were made', facts([
      ['Method', result.method],
      ['Samples', `${result.samples}${metric.synthetic ? ', random numbers' : ''}`],
      ['Baseline', `${metric.name} ${words(result.baseline)} in float`],
      ['Notes', notes.length > 0 && element('ul', { class: 'notes' }, notes.map((note) => element('li', {}, note)))],
    ])));
}

function worstWords({ drop, sqnrDb }: AnalyzedLayer, metric: string): string {
  if (drop !== null && drop > 0) return changeInWords(metric, -drop);
  return sqnrDb === null ? 'no loss' : decibels(sqnrDb);
}

function conclusion(layers: readonly AnalyzedLayer[]): Child {
  const suspicious = layers.filter(({ advice, drop, sqnrDb, dropCi }) =>
    advice.length > 0 || (dropCi !== null && dropCi[0] > 0) || (drop === null && sqnrDb !== null && sqnrDb < enoughDb));
  if (suspicious.length === 0) {
    return notice('good', 'No layer suffers visibly from int8.', element('p', {},
      'Alone, none of them moves the metric by more than its interval: the whole model can be quantized.'));
  }
  return notice('warning', `${plural(suspicious.length, 'layer')} deserve${suspicious.length === 1 ? 's' : ''} a look.`,
    element('p', {}, 'Their advice is in the table; a button there puts it into the recipe.'));
}

function dropChart({ layers, metric }: AnalysisResult): Child {
  const measured = layers.filter(({ drop }) => drop !== null);
  // Without a single loss the chart would be a row of points on zero.
  if (!measured.some(({ drop }) => drop !== 0)) return undefined;
  const shown = measured.slice(0, chartedLayers);
  const cut = layers.length > shown.length ? `, of ${plural(layers.length, 'layer')}` : '';
  return section(`Drop of ${metric.name} by layer`, intervals({
    title: `Drop of ${metric.name} with one layer in int8`,
    rows: shown.map(({ name, drop, dropCi }) => ({ name, value: drop ?? 0, interval: dropCi })),
    format: (value) => changeInWords(metric.name, value).replace(/^\+/, ''),
    include: 0,
    note: `The worst ${shown.length}${cut}. Point: the drop with this layer alone in int8. Band: its 95 % interval.`,
  }));
}

function layerTable({ link, result }: ShownResult<AnalysisResult>, model: string): HTMLElement {
  const { layers, metric } = result;
  const measured = layers.some(({ drop }) => drop !== null);
  const told = layers.some(({ reasons, advice }) => reasons.length + advice.length > 0);
  const columns: GridColumn<AnalyzedLayer>[] = [
    { title: 'Layer', value: ({ name }) => name, content: ({ name }) => name, code: true },
    { title: 'Type', value: ({ opType }) => opType, content: ({ opType }) => opType },
    { title: 'Rank', value: ({ rank }) => rank, content: ({ rank }) => rank, numeric: true },
    ...(measured ? [{
      title: 'Drop',
      hint: `Loss of ${metric.name} with this layer alone in int8, and its 95 % interval`,
      value: ({ drop }: AnalyzedLayer) => drop,
      content: (layer: AnalyzedLayer) => dropWords(layer, metric.name),
      numeric: true,
    }] : []),
    {
      title: 'SQNR',
      hint: 'At the model\'s outputs, with this layer alone in int8; higher is better',
      value: ({ sqnrDb }) => sqnrDb,
      content: ({ sqnrDb }) => (sqnrDb === null ? '' : withBar(decibels(sqnrDb), sqnrDb / fullSqnrDb)),
      numeric: true,
    },
    {
      title: 'Saves',
      hint: 'Bytes that int8 saves, about',
      value: ({ savedBytes }) => savedBytes,
      content: ({ savedBytes }) => bytesInWords(savedBytes),
      numeric: true,
    },
    ...(told ? [{
      title: 'Why, and what helps',
      content: ({ reasons, advice }: AnalyzedLayer) => element('ul', { class: 'notes' },
        [...reasons, ...advice].map((text) => element('li', {}, text))),
      wide: true,
    }] : []),
    {
      title: '',
      content: ({ name }) => element('span', { title: `Writes into the recipe that ${name} stays in float` },
        linkTo('Keep in float', () => applyFix(link, model, {
          kind: 'layer-rule', match: name, rule: { keep: 'float' },
        }))),
    },
  ];
  return new Grid<AnalyzedLayer>({
    label: 'Layers by sensitivity',
    columns,
    rows: layers,
    noun: ['layer', 'layers'],
    filterText: ({ name, opType, reasons, advice }) => [name, opType, ...reasons, ...advice].join(' '),
    onOpen: ({ name }) => reveal(link, model, name),
    openHint: 'Show this layer in the graph',
  }).element;
}

function dropWords({ drop, dropCi }: AnalyzedLayer, metric: string): Child {
  if (drop === null) return '';
  const bare = (value: number): string => changeInWords(metric, value).replace(/^\+/, '');
  if (dropCi === null) return bare(drop);
  const [low, high] = dropCi.map((value) => bare(value).replace(' points', ''));
  return [bare(drop), element('span', { class: 'hint' }, ` (${low ?? ''} to ${high ?? ''})`)];
}
