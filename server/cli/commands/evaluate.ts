/** `lathe evaluate`: a metric of a model on data. */

import { resolve } from 'node:path';
import { readModel } from '../../engine/formats/onnx/read.ts';
import { evaluateModel } from '../../engine/recipe/evaluate.ts';
import { durationInWords, metricInWords, plural } from '../../engine/util/words.ts';
import type { Command } from '../command.ts';
import { dataOption, limitOption, metricOption, sourcesFor } from '../data.ts';
import { runOptions } from '../run-options.ts';

export const evaluateCommand: Command = {
  name: 'evaluate',
  summary: 'measure a model on data',
  usage: 'MODEL --data D [--metric M]',
  details: 'Metrics that compare with another model (agreement, cosine, sqnr, mse, mae) take it from --reference.',
  examples: ['lathe evaluate model.onnx --data pictures/ --metric top1'],
  options: [
    dataOption, metricOption, limitOption,
    { name: 'reference', value: 'MODEL', summary: 'the model to compare with, usually the original' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args, output } = context;
    args.required('data');
    const model = readModel(resolve(args.operands[0]!));
    const reference = args.text('reference');
    const original = reference === undefined ? undefined : readModel(resolve(reference));
    const baseDir = process.cwd();
    const limit = args.integer('limit', 1);
    const { metric, ci95, drop, durationMs } = await evaluateModel({
      ...runOptions(context),
      model,
      ...(original && { reference: original }),
      // The original is what the preprocessing is for: a damaged copy must not choose another.
      sources: await sourcesFor(context, original ?? model, baseDir),
      ...(limit !== undefined && { limit }),
      baseDir,
    });
    const { name, value, samples, synthetic } = metric;
    const interval = ci95.map((bound) => metricInWords(name, bound)).join(' to ');
    output.result(
      { metric: { name, value, samples }, ci95, synthetic, ...(drop && { drop }), durationMs },
      `${name} ${metricInWords(name, value)} (95 %: ${interval}) on ${plural(samples, 'sample')}`
        + `${synthetic ? ', synthetic' : ''}, in ${durationInWords(durationMs)}`,
    );
    return 0;
  },
};
