/** `lathe compare`: what changed from one model to another. */

import type { Comparison } from '../../../protocol/results/comparison.ts';
import { basename, resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { compareModels } from '../../engine/recipe/compare.ts';
import { actionCounts, comparison as inWords } from '../../engine/recipe/report/rows.ts';
import { bytesInWords, changeInWords, countInWords, durationInWords, metricInWords } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { dataOption, limitOption, metricOption, sourcesFor } from '../data.ts';
import { runOptions } from '../run-options.ts';
import { shorten, table } from '../table.ts';

export const compareCommand: Command = {
  name: 'compare',
  summary: 'what changed from model A to model B: size, layers, latency, metric, classes, samples',
  usage: 'A B [--data D]',
  details: 'Without data both are run on random numbers, and the metric is marked synthetic.',
  examples: ['lathe compare model.onnx model.int8.onnx --data pictures/'],
  options: [dataOption, metricOption, limitOption],
  operands: { min: 2, max: 2, names: 'two models' },
  async run(context) {
    const { args, output } = context;
    const [a, b] = args.operands.map((path) => resolve(path));
    const baseDir = process.cwd();
    const limit = args.integer('limit', 1);
    const comparison = await compareModels({
      ...runOptions(context),
      a: a!,
      b: b!,
      sources: await sourcesFor(context, readModel(a!), baseDir),
      ...(limit !== undefined && { limit }),
      baseDir,
    });
    output.result(comparison, comparisonText(comparison));
    return 0;
  },
};

/** Longer lists are for `--json` and for reports. */
const shownRows = 10;

function comparisonText(comparison: Comparison): string {
  const { a, b, sizeRatio, latencyRatio, metric, layers, classes, worse, changed } = comparison;
  const rows = [
    ['Size', bytesInWords(a.sizeBytes), bytesInWords(b.sizeBytes), inWords(sizeRatio, 'smaller', 'larger')],
    ['Parameters', countInWords(a.parameters), countInWords(b.parameters), ''],
  ];
  if (a.latencyMs && b.latencyMs && latencyRatio) {
    const [low, high] = latencyRatio.ci95;
    rows.push([
      'Latency, median', durationInWords(a.latencyMs.median), durationInWords(b.latencyMs.median),
      `${latencyRatio.median.toFixed(2)}x as fast (${low.toFixed(2)}x to ${high.toFixed(2)}x)`,
    ]);
  }
  if (metric) {
    const { name, difference, samples, synthetic } = metric;
    const [low, high] = metric.ci95.map((bound) => changeInWords(name, bound).replace(' points', ''));
    rows.push([
      name, metricInWords(name, metric.a), metricInWords(name, metric.b),
      `${changeInWords(name, difference)} (${low!} to ${high!}), ${samples} samples${synthetic ? ', synthetic' : ''}`,
    ]);
  }
  const summary = table(
    [['', basename(a.path), basename(b.path), ''], ...rows],
    { header: true, right: [1, 2] },
  );
  const counts = actionCounts(layers).map(([action, count]) => `${count} ${action}`).join(', ');
  const classRows = classes.filter(({ before, after }) => before !== after)
    .sort((x, y) => (x.after - x.before) - (y.after - y.before)).slice(0, shownRows)
    .map(({ label, samples, before, after }) => [
      shorten(label, 40), String(samples), metricInWords(metric!.name, before), metricInWords(metric!.name, after),
    ]);
  const sampleRows = worse.slice(0, shownRows).map((s) => [shorten(s.name, 40), s.expected, s.before, s.after]);
  return [
    summary,
    `Layers: ${counts}`,
    ...(classRows.length > 0
      ? ['Classes that changed\n'
        + table([['class', 'samples', 'A', 'B'], ...classRows], { header: true, right: [1, 2, 3] })]
      : []),
    ...(sampleRows.length > 0
      ? [`Samples that got worse: ${changed?.worse ?? worse.length} (${changed?.better ?? 0} got better)\n`
        + table([['sample', 'expected', 'A', 'B'], ...sampleRows], { header: true })]
      : []),
  ].join('\n\n');
}
