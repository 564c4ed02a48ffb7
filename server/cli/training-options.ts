/** The flags of commands that train. */

import type { Arguments } from './arguments.ts';
import type { OptionSpec } from './command.ts';

export const trainingOptions: readonly OptionSpec[] = [
  { name: 'training', value: 'D', summary: 'other data to train on; by default a part of --data' },
  { name: 'augment', value: 'LIST', summary: 'random changes of training pictures: flip,crop,cutout,mixup' },
  { name: 'epochs', value: 'N', summary: 'passes over the training data' },
  { name: 'minutes', value: 'N', summary: 'how long to train instead; 10 by default' },
  { name: 'learning-rate', value: 'R', summary: 'the largest learning rate; found by a short test by default' },
  { name: 'batch', value: 'N', summary: 'samples of a step' },
  { name: 'optimizer', value: 'O', summary: 'adamw by default', choices: ['adamw', 'adam', 'sgd'] },
  { name: 'patience', value: 'N', summary: 'looks at held-out samples without a better score before it ends early' },
  { name: 'freeze', value: 'PATTERN', summary: 'layers whose weights stay; repeatable', multiple: true },
];

/** The flags in the words of a recipe. */
export function trainingOptionsOf(args: Arguments): (readonly [string, unknown])[] {
  const freeze = args.texts('freeze');
  return [
    ['epochs', args.number('epochs', 0)],
    ['minutes', args.number('minutes', 0)],
    ['learningRate', args.number('learning-rate', 0)],
    ['batch', args.integer('batch', 1)],
    ['optimizer', args.text('optimizer')],
    ['patience', args.integer('patience', 1)],
    ['freeze', freeze.length > 0 ? freeze : undefined],
  ];
}
