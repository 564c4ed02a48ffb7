/** `lathe analyze`: which layers suffer from int8. */

import { resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { analyzeModel } from '../../engine/recipe/analyze.ts';
import { splitSources } from '../../engine/recipe/data-choice.ts';
import { withNodeNames } from '../../engine/recipe/node-names.ts';
import { bytesInWords, changeInWords, durationInWords, metricInWords, plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { calibrationOption, dataOption, limitOption, metricOption, sourcesFor } from '../data.ts';
import { runOptions, targetOption } from '../run-options.ts';
import { table } from '../table.ts';

export const analyzeCommand: Command = {
  name: 'analyze',
  summary: 'which layers suffer from int8, and how much',
  usage: 'MODEL --data D [--target T]',
  details: 'Each layer is quantized alone. The error at the outputs orders all layers; the metric is measured for the\n'
    + 'worst ones, or for all when that is quick.',
  examples: ['lathe analyze model.onnx --data pictures/'],
  options: [dataOption, calibrationOption, metricOption, limitOption, targetOption],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args, output } = context;
    args.required('data');
    const model = withNodeNames(readModel(resolve(args.operands[0]!)));
    const baseDir = process.cwd();
    const found = await sourcesFor(context, model, baseDir);
    const sources = await splitSources(found, model, baseDir, args.integer('limit', 1));
    const result = await analyzeModel({
      ...runOptions(context),
      model,
      target: args.text('target'),
      sources,
      baseDir,
    });
    const { metric, layers, durationMs } = result;
    const rows = layers.map(({ name, opType, weightBytes, sqnrDb, drop }) => [
      name,
      opType,
      bytesInWords(weightBytes),
      sqnrDb === null ? '' : `${sqnrDb.toFixed(1)} dB`,
      drop === null ? '' : changeInWords(metric.name, drop === 0 ? 0 : -drop),
    ]);
    const text = [
      `${metric.name} ${metricInWords(metric.name, metric.value)} on ${plural(metric.samples, 'sample')} in float`,
      '',
      table([['layer', 'type', 'weights', 'outputs', metric.name], ...rows], { right: [2, 3, 4], header: true }),
      '',
      `Took ${durationInWords(durationMs)}.`,
    ].join('\n');
    output.result(result, text);
    return 0;
  },
};
