/** `lathe distill`: one technique, its options as flags. */

import { dirname, resolve } from 'node:path';
import { defaultOutput, relativePath } from '../../engine/recipe/paths.ts';
import type { Command, CommandContext } from '../command.ts';
import { given, runTechnique, techniqueOptions } from '../one-technique.ts';
import { trainingOptions, trainingOptionsOf } from '../training-options.ts';

const suffix = 'distilled';

export const distillCommand: Command = {
  name: 'distill',
  summary: 'train a smaller model to answer like a larger one',
  usage: 'MODEL --data D [--width W] [--depth D] [--student FILE] [options]',
  details: 'MODEL is the teacher. The student is made from it (--width), is a file of yours (--student), or is MODEL\n'
    + 'itself with another teacher (--teacher). Labels are not needed; where there are some, they help.',
  examples: [
    'lathe distill model.onnx --data pictures/ --width 0.5 --minutes 20',
    'lathe distill large.onnx --student small.onnx --data data.yaml --epochs 30',
    'lathe distill pruned.onnx --teacher original.onnx --data pictures/',
  ],
  options: [
    ...techniqueOptions,
    ...trainingOptions,
    { name: 'width', value: 'W', summary: 'the share of the channels of every layer that the student has' },
    { name: 'depth', value: 'D', summary: 'the share of the residual blocks that the student has' },
    { name: 'student', value: 'FILE', summary: 'a model with the same inputs and outputs that learns' },
    { name: 'fresh', summary: 'the student begins with random weights' },
    { name: 'teacher', value: 'FILE', summary: 'whose outputs are learned; those of MODEL by default' },
    { name: 'temperature', value: 'T', summary: 'softens class scores; 2 by default' },
    { name: 'labels', value: 'S', summary: 'the share of labels in the loss; 0.1 by default' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args } = context;
    const options = given([
      ['teacher', pathOption(context, 'teacher')],
      ['student', studentOf(context)],
      ['temperature', args.number('temperature', 0)],
      ['labels', args.number('labels', 0)],
      ...trainingOptionsOf(args),
    ]);
    return runTechnique(context, { step: 'distill', options, suffix, needsData: true, trains: true });
  },
};

/** As the recipe writes it: paths start at its folder, which is that of the result. */
function pathOption({ args }: CommandContext, name: string): string | undefined {
  const path = args.text(name);
  if (path === undefined) return undefined;
  const output = args.text('output') ?? defaultOutput(resolve(args.operands[0]!), suffix);
  return relativePath(dirname(resolve(output)), path);
}

function studentOf(context: CommandContext): unknown {
  const { args } = context;
  const model = pathOption(context, 'student');
  const made = given([
    ['width', args.number('width', 0)],
    ['depth', args.number('depth', 0)],
    ['weights', args.flag('fresh') ? 'fresh' : undefined],
  ]);
  if (Object.keys(made).length === 0) return model;
  return { ...(model !== undefined && { model }), ...made };
}
