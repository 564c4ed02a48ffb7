/** Latencies side by side: how fast, how sure, and where the time goes. */

import type { Benchmark, BenchmarkRun, NodeTime } from '../../protocol/results/benchmark.ts';
import { comparison } from '../../protocol/results/run-words.ts';
import { intervals } from '../ui/charts/intervals.ts';
import { dropdown } from '../ui/controls.ts';
import { element, fill, type Child } from '../ui/dom.ts';
import { bytesInWords, dateTime, durationInWords, fileName, percent, plural, significant } from '../ui/format.ts';
import { Grid } from '../ui/grid.ts';
import { withBar } from '../ui/layer-grid.ts';
import { cards, facts, pageHead, plainTable, section, type Card } from '../ui/parts.ts';
import { reveal, runButton } from './actions.ts';
import { machineFacts } from './machine.ts';
import type { ShownResult } from './shown-result.ts';

/** A 95th percentile this many times the median says that other work disturbed the runs. */
const noisyP95 = 1.6;

export function benchmarkView(into: HTMLElement, shown: ShownResult<Benchmark>): void {
  const { link, record, result } = shown;
  const { runs, machine, durationMs } = result;
  fill(into,
    pageHead({
      title: `Benchmark of ${runs.length === 1 ? fileName(runs[0]?.model ?? '') : plural(runs.length, 'model')}`,
      subtitle: [
        record.endedAt === undefined ? '' : dateTime(record.endedAt), machine.processor,
        `took ${durationInWords(durationMs)}`,
      ],
      actions: [runButton(link, record, 'Run Again', 'lathe.runs.rerun')],
    }),
    cards(runs.length === 2 ? pairCards(result) : singleCards(runs[0])),
    section('Latency of one run', latencyTable(runs), latencyChart(runs)),
    ratioSection(result),
    nodeSection(shown),
    lossSection(result),
    section('How these numbers were made', facts([
      ...machineFacts(machine),
      ['Threads', [...new Set(runs.map(({ threads }) => threads))].join(', ')],
      ['Batch', [...new Set(runs.map(({ batch }) => batch))].join(', ')],
      ['Method', 'Each model runs in a process of its own after a warm-up; they take turns in random order until the '
        + 'intervals are narrow. Intervals of medians by bootstrap.'],
      ['Noise', noiseOf(runs)],
      ['Memory', 'Peak resident memory of the process that runs the model, with onnxruntime itself.'],
    ])));
}

function singleCards(run: BenchmarkRun | undefined): Card[] {
  if (!run) return [];
  const { latencyMs, throughput, peakRssBytes } = run;
  return [
    { large: durationInWords(latencyMs.median), small: `median, p95 ${durationInWords(latencyMs.p95)}` },
    { large: `${significant(throughput)}/s`, small: 'samples a second' },
    { large: bytesInWords(peakRssBytes), small: 'peak memory of the process' },
  ];
}

function pairCards({ runs, ratios }: Benchmark): Card[] {
  const [a, b] = runs;
  const [ratio] = ratios;
  if (!a || !b || !ratio) return [];
  const { median, ci95: [low, high] } = ratio.latency;
  const same = low <= 1 && high >= 1;
  return [
    {
      large: same ? 'as fast' : comparison(median, 'faster', 'slower'),
      small: `${fileName(b.model)} against ${fileName(a.model)}`,
    },
    {
      large: `${durationInWords(a.latencyMs.median)} → ${durationInWords(b.latencyMs.median)}`,
      small: 'median latency',
    },
    {
      large: `${bytesInWords(a.peakRssBytes)} → ${bytesInWords(b.peakRssBytes)}`,
      small: 'peak memory of the process',
    },
  ];
}

function latencyTable(runs: readonly BenchmarkRun[]): HTMLElement {
  return plainTable('All timed runs, those that other programs disturbed as well.', [
    { title: 'Model' }, { title: 'Median', numeric: true }, { title: '95 % interval', numeric: true },
    { title: 'p95', numeric: true }, { title: 'Mean', numeric: true }, { title: 'Samples a second', numeric: true },
    { title: 'Peak memory', numeric: true },
  ], runs.map(({ model, latencyMs, throughput, peakRssBytes }) => [
    element('span', { title: model }, fileName(model)),
    durationInWords(latencyMs.median),
    `${durationInWords(latencyMs.ci95[0])} to ${durationInWords(latencyMs.ci95[1])}`,
    durationInWords(latencyMs.p95),
    durationInWords(latencyMs.mean),
    significant(throughput),
    bytesInWords(peakRssBytes),
  ]));
}

function latencyChart(runs: readonly BenchmarkRun[]): HTMLElement {
  // A 95th percentile far out would press everything else against the edge.
  const clipAt = 2.5 * Math.max(...runs.map(({ latencyMs }) => latencyMs.ci95[1]));
  const clipped = runs.some(({ latencyMs }) => latencyMs.p95 > clipAt);
  return intervals({
    title: 'Median latency',
    rows: runs.map(({ model, latencyMs }) => ({
      name: fileName(model),
      value: latencyMs.median,
      interval: latencyMs.ci95,
      beyond: { value: latencyMs.p95, label: '95th percentile' },
    })),
    format: durationInWords,
    include: 0,
    clipAt,
    note: 'Point: median. Band: its 95 % interval. Whisker: to the 95th percentile of the runs'
      + `${clipped ? `, cut at ${durationInWords(clipAt)}` : ''}.`,
  });
}

function ratioSection({ ratios }: Benchmark): Child {
  if (ratios.length === 0) return undefined;
  const caption = 'Latency of the first divided by that of the second, by the fastest run of each round: other '
    + 'programs do not decide it. Above 1 the second is faster.';
  return section('Ratios', plainTable(caption, [
    { title: 'Of' }, { title: 'to' }, { title: 'Ratio', numeric: true }, { title: '95 % interval', numeric: true },
    { title: 'In words' },
  ], ratios.map(({ a, b, latency: { median, ci95: [low, high] } }) => [
    fileName(a), fileName(b), `${median.toFixed(2)}x`, `${low.toFixed(2)}x to ${high.toFixed(2)}x`,
    low <= 1 && high >= 1 ? 'cannot be told apart' : `the second is ${comparison(median, 'faster', 'slower')}`,
  ])));
}

/** What keeps quantized models from being faster. */
function lossSection({ runs }: Benchmark): Child {
  const told = runs.flatMap(({ model, notes = [] }) => (notes.length === 0 ? [] : [
    element('h3', {}, fileName(model)),
    element('ul', { class: 'notes' }, notes.map((note) => element('li', {}, note))),
  ]));
  return told.length > 0 && section('Integers and floats', ...told);
}

function nodeSection({ link, result: { runs } }: ShownResult<Benchmark>): Child {
  const timed = runs.filter(({ nodes }) => nodes !== undefined && nodes.length > 0);
  const [first] = timed;
  if (!first) return undefined;
  let shown = first;
  const choices = timed.map(({ model }, i) => ({ value: String(i), label: fileName(model) }));
  const grid = nodeGrid(first.nodes ?? [], {
    onOpen: (node) => reveal(link, shown.model, node, 'latency'),
    ...(timed.length > 1 && {
      tools: dropdown('Model whose nodes are shown', choices, '0', (i) => {
        shown = timed[Number(i)] ?? first;
        grid.setRows(slowestFirst(shown.nodes ?? []));
      }),
    }),
  });
  return section('Where the time goes',
    element('p', { class: 'hint' }, 'Nodes as onnxruntime runs them after its own rewriting, by its profiler: median '
      + 'of all runs. The profiler itself takes some time, so the sum is larger than the latency above.'),
    grid.element);
}

function slowestFirst(nodes: readonly NodeTime[]): NodeTime[] {
  return [...nodes].sort((a, b) => b.medianUs - a.medianUs);
}

interface NodeGridOptions {
  readonly onOpen: (node: string) => void;
  readonly tools?: Child;
}

function nodeGrid(nodes: readonly NodeTime[], { onOpen, tools }: NodeGridOptions): Grid<NodeTime> {
  const longest = Math.max(...nodes.map(({ share }) => share));
  return new Grid<NodeTime>({
    label: 'Time by node',
    columns: [
      { title: 'Layer', value: layerOf, content: layerOf, code: true },
      { title: 'Type', value: ({ opType }) => opType, content: ({ opType }) => opType },
      {
        title: 'Time',
        hint: 'Median of one run',
        value: ({ medianUs }) => medianUs,
        content: ({ medianUs }) => durationInWords(medianUs / 1000),
        numeric: true,
      },
      {
        title: 'Share',
        hint: 'Of the time of all nodes',
        value: ({ share }) => share,
        content: ({ share }) => withBar(percent(share), share / longest),
        numeric: true,
      },
      {
        title: 'In onnxruntime',
        hint: 'What the runtime made of it',
        value: ({ name }) => name,
        content: ({ name }) => name,
        code: true,
      },
    ],
    rows: slowestFirst(nodes),
    tools,
    noun: ['node', 'nodes'],
    filterText: ({ name, opType, origin }) => `${name} ${opType} ${origin ?? ''}`,
    onOpen: ({ origin }) => {
      if (origin !== undefined) onOpen(origin);
    },
    openHint: 'Show this layer in the graph',
  });
}

function layerOf({ origin, opType }: NodeTime): string {
  return origin ?? `(made by onnxruntime: ${opType})`;
}

function noiseOf(runs: readonly BenchmarkRun[]): string {
  const noisy = runs.filter(({ latencyMs }) => latencyMs.p95 > latencyMs.median * noisyP95);
  if (noisy.length === 0) return 'Low: the 95th percentiles lie near the medians.';
  const names = noisy.map(({ model, latencyMs }) =>
    `${fileName(model)} ${(latencyMs.p95 / latencyMs.median).toFixed(1)}x`).join(', ');
  return `High: 95th percentile against median: ${names}. Other programs were busy, or the processor changed its `
    + 'speed: the medians stand, the tails tell of the machine.';
}
