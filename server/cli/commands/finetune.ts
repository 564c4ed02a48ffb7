/** `lathe finetune`: one technique, its options as flags. */

import type { Command } from '../command.ts';
import { given, runTechnique, techniqueOptions } from '../one-technique.ts';
import { trainingOptions, trainingOptionsOf } from '../training-options.ts';

export const finetuneCommand: Command = {
  name: 'finetune',
  summary: 'train a model further, to recover what compression cost',
  usage: 'MODEL --data D [options]',
  details: 'Learns from labels; without any, from the outputs of the model as it was. Zeros of a pruned model stay.',
  examples: [
    'lathe finetune pruned.onnx --data pictures/ --minutes 5',
    'lathe finetune model.onnx --data data.yaml --epochs 10 --augment flip,crop',
  ],
  options: [
    ...techniqueOptions,
    ...trainingOptions,
    { name: 'label-smoothing', value: 'S', summary: 'part of a label that is spread over all classes' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const options = given([
      ...trainingOptionsOf(context.args),
      ['labelSmoothing', context.args.number('label-smoothing', 0)],
    ]);
    return runTechnique(context, { step: 'finetune', options, suffix: 'finetuned', needsData: true, trains: true });
  },
};
