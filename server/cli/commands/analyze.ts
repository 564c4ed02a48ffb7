/** `lathe analyze`: which layers suffer from int8. */

import { resolve } from 'node:path';
import type { AnalysisResult, AnalyzedLayer } from '../../../protocol/results/analysis.ts';
import type { PruningAnalysis } from '../../../protocol/results/pruning-analysis.ts';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { analyzeModel } from '../../engine/recipe/analyze.ts';
import { analyzePruning } from '../../engine/recipe/analyze-pruning.ts';
import { splitSources } from '../../engine/recipe/data-choice.ts';
import { withNodeNames } from '../../engine/recipe/node-names.ts';
import { bytesInWords, changeInWords, durationInWords, metricInWords, plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { calibrationOption, dataOption, limitOption, metricOption, sourcesFor } from '../data.ts';
import { runOptions, targetOption } from '../run-options.ts';
import { sarifOption, writeSarif, type SarifProblem } from '../sarif.ts';
import { table } from '../table.ts';

export const analyzeCommand: Command = {
  name: 'analyze',
  summary: 'which layers suffer from int8, and how much',
  usage: 'MODEL --data D [--target T]',
  details: 'Each layer is quantized alone, and only what follows it is computed again. All layers run on a few\n'
    + 'samples; those that matter go on to all samples whose answer they can turn.',
  examples: ['lathe analyze model.onnx --data pictures/', 'lathe analyze model.onnx --data pictures/ --json'],
  options: [
    dataOption,
    calibrationOption,
    metricOption,
    limitOption,
    targetOption,
    { name: 'exhaustive', summary: 'every layer on every sample' },
    { name: 'prune', summary: 'instead: what removing shares of each group of channels costs' },
    sarifOption,
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args, output } = context;
    args.required('data');
    const model = withNodeNames(readModel(resolve(args.operands[0]!)));
    const baseDir = process.cwd();
    const found = await sourcesFor(context, model, baseDir);
    const sources = await splitSources(found, model, baseDir, args.integer('limit', 1));
    const options = {
      ...runOptions(context),
      model,
      target: args.text('target'),
      sources,
      baseDir,
      exhaustive: args.flag('exhaustive'),
    };
    if (args.flag('prune')) {
      const pruning = await analyzePruning(options);
      output.result(pruning, pruningText(pruning));
      return 0;
    }
    const result = await analyzeModel(options);
    const sarif = args.text('sarif');
    if (sarif !== undefined) writeSarif(sarif, args.operands[0]!, problemsOf(result));
    const { metric, layers, durationMs } = result;
    const rows = layers.map((layer) => [
      layer.name,
      layer.opType,
      bytesInWords(layer.weightBytes),
      dbInWords(layer.sqnrDb),
      dbInWords(layer.weightsDb),
      dbInWords(layer.activationsDb),
      layer.turned ? `${layer.turned.counted ? '' : '~'}${(100 * layer.turned.share).toFixed(1)} %` : '',
      layer.drop === null ? '' : changeInWords(metric.name, layer.drop === 0 ? 0 : -layer.drop),
    ]);
    const head = ['layer', 'type', 'size', 'outputs', 'weights', 'values', 'turned', metric.name];
    const text = [
      `${metric.name} ${metricInWords(metric.name, metric.value)} on ${plural(metric.samples, 'sample')} in float`,
      '',
      table([head, ...rows], { right: [2, 3, 4, 5, 6, 7], header: true }),
      '',
      ...layers.slice(0, explained).flatMap(explanation),
      `Measured: ${result.method}.`,
      `Took ${durationInWords(durationMs)}.`,
    ].join('\n');
    output.result(result, text);
    return 0;
  },
};

/** Layers of which causes are shown. */
const explained = 5;

function dbInWords(db: number | null | undefined): string {
  return db == null ? '' : `${db.toFixed(1)} dB`;
}

function explanation({ name, causes = [] }: AnalyzedLayer): string[] {
  if (causes.length === 0) return [];
  return [name, ...causes.map(({ code, message, fix = '' }) => `  ${code} ${message} ${fix}`.trimEnd()), ''];
}

function problemsOf({ layers }: AnalysisResult): SarifProblem[] {
  return layers.flatMap(({ name, causes = [] }) => causes.map(({ code, message, fix }) => ({
    code, severity: 'info', message: `"${name}": ${message}`, node: name, ...(fix !== undefined && { fix }),
  })));
}

function pruningText({ metric, groups, method, durationMs }: PruningAnalysis): string {
  const ratios = groups[0]?.shares.map(({ ratio }) => `-${(ratio * 100).toFixed(0)} %`) ?? [];
  const rows = groups.map(({ name, channels, shares }) => [
    name,
    String(channels),
    ...shares.map(({ drop }) => (drop === null ? '' : changeInWords(metric.name, drop === 0 ? 0 : -drop))),
    `${(100 * (shares.at(-1)?.macsSaved ?? 0)).toFixed(1)} %`,
  ]);
  const right = rows[0]?.map((_, i) => i).slice(1) ?? [];
  return [
    `${metric.name} ${metricInWords(metric.name, metric.value)} on ${plural(metric.samples, 'sample')}, all channels`,
    '',
    table([['channels of', 'count', ...ratios, 'MACs saved'], ...rows], { right, header: true }),
    '',
    `Measured: ${method}.`,
    `Took ${durationInWords(durationMs)}.`,
  ].join('\n');
}
