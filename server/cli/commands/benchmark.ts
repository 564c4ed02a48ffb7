/** `lathe benchmark`: latency, throughput and memory of models, against each other. */

import type { Benchmark } from '../../../protocol/results/benchmark.ts';
import { basename } from 'node:path';
import { benchmarkModels } from '../../engine/recipe/benchmark.ts';
import { bytesInWords, durationInWords, plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { dataOption, dataSources } from '../data.ts';
import { runOptions } from '../run-options.ts';
import { shorten, table } from '../table.ts';

export const benchmarkCommand: Command = {
  name: 'benchmark',
  summary: 'latency, throughput and memory, several models in one interleaved run',
  usage: 'MODEL... [--threads N] [--batch N]',
  details: 'Each model runs in a process of its own. They take turns in random order until the intervals are narrow.',
  examples: ['lathe benchmark model.onnx model.int8.onnx', 'lathe benchmark model.onnx --nodes'],
  options: [
    dataOption,
    { name: 'batch', value: 'N', summary: 'samples in one run, for models that take several; 1 by default' },
    { name: 'provider', value: 'P', summary: 'execution provider; cpu by default' },
    { name: 'seconds', value: 'S', summary: 'time for measuring; 10 by default' },
    { name: 'nodes', summary: 'also the time of each node' },
  ],
  operands: { min: 1, max: 20, names: 'one model or more' },
  async run(context) {
    const { args, output } = context;
    const baseDir = process.cwd();
    const provider = args.text('provider');
    const seconds = args.number('seconds', 0.1);
    const benchmark = await benchmarkModels({
      ...runOptions(context),
      paths: args.operands,
      sources: await dataSources(args, baseDir),
      baseDir,
      batch: args.integer('batch', 1) ?? 1,
      ...(provider !== undefined && { provider }),
      ...(seconds !== undefined && { seconds }),
      nodes: args.flag('nodes'),
    });
    output.result(benchmark, benchmarkText(benchmark));
    return 0;
  },
};

function benchmarkText({ runs, ratios, machine }: Benchmark): string {
  const rows = runs.map(({ model, latencyMs, throughput, peakRssBytes }) => [
    basename(model),
    durationInWords(latencyMs.median),
    latencyMs.ci95.map(durationInWords).join(' to '),
    durationInWords(latencyMs.p95),
    `${throughput.toFixed(throughput < 100 ? 1 : 0)}/s`,
    bytesInWords(peakRssBytes),
  ]);
  const head = ['model', 'median', '95 % interval', 'p95', 'throughput', 'peak memory'];
  const compared = ratios.map(({ a, b, latency: { median, ci95: [low, high] } }) => {
    const names = `${basename(b)} against ${basename(a)}`;
    const verdict = low <= 1 && high >= 1 ? 'about as fast' : `${median.toFixed(2)}x as fast`;
    return `${names}: ${verdict} (${low.toFixed(2)}x to ${high.toFixed(2)}x)`;
  });
  const nodes = runs.flatMap(({ model, nodes: timed, notes = [] }) => [
    ...(timed ? [nodeTable(basename(model), timed)] : []),
    ...(notes.length > 0 ? [[`Where the time of ${basename(model)} goes`, ...notes.map(listed)].join('\n')] : []),
  ]);
  return [
    table([head, ...rows], { header: true, right: [1, 2, 3, 4, 5] }),
    ...(compared.length > 0 ? [compared.join('\n')] : []),
    ...nodes,
    ...runs.slice(0, 1).map(({ batch, threads, provider }) =>
      `Batch ${batch}, ${plural(threads, 'thread')}, ${provider}, ${machine.processor}.`),
  ].join('\n\n');
}

function listed(sentence: string): string {
  return `- ${sentence}`;
}

/** The slowest nodes are the ones that anybody asks about. */
const shownNodes = 20;

function nodeTable(model: string, nodes: NonNullable<Benchmark['runs'][number]['nodes']>): string {
  const slowest = [...nodes].sort((a, b) => b.medianUs - a.medianUs).slice(0, shownNodes);
  const rows = slowest.map(({ name, opType, medianUs, share, origin }) => [
    shorten(origin ?? name, 50), opType, durationInWords(medianUs / 1000), `${(share * 100).toFixed(1)} %`,
  ]);
  return `Slowest nodes of ${model}, as onnxruntime runs them\n`
    + table([['node', 'runs as', 'median', 'share'], ...rows], { header: true, right: [2, 3] });
}
