/** `lathe prune`: one technique, its options as flags. */

import { distributions, importances, methods } from '../../engine/passes/prune/options.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { given, runTechnique, techniqueOptions } from '../one-technique.ts';

export const pruneCommand: Command = {
  name: 'prune',
  summary: 'remove channels, single weights or ranks',
  usage: 'MODEL (--ratio R | --macs S | --parameters S | --method n:m) [options]',
  details: 'Channels go together with everything that depends on them. With calibration data those that stay are\n'
    + 'fitted again to make up for those that went. Other methods make zeros, which save bytes but no time on\n'
    + 'onnxruntime.',
  examples: [
    'lathe prune model.onnx --macs 0.5 --data pictures/',
    'lathe prune model.onnx --ratio 0.3 --keep "/head/*"',
    'lathe prune model.onnx --method n:m --pattern 2:4 --data pictures/ --target tensorrt',
  ],
  options: [
    ...techniqueOptions,
    { name: 'method', value: 'M', summary: 'what goes; channels unless told', choices: methods },
    { name: 'ratio', value: 'R', summary: 'the share of the channels, or weights, of every layer to remove' },
    { name: 'macs', value: 'S', summary: 'the share of the multiply-accumulates that stays' },
    { name: 'parameters', value: 'S', summary: 'the share of the parameters that stays' },
    { name: 'bytes', value: 'S', summary: 'the share of the bytes of weights that stays' },
    { name: 'importance', value: 'I', summary: 'what goes first', choices: importances },
    { name: 'distribution', value: 'D', summary: 'how layers share the zeros', choices: distributions },
    { name: 'pattern', value: 'N:M', summary: 'for method n:m: of so many neighbours so many stay; 2:4 unless told' },
    { name: 'block', value: 'OxI', summary: 'for method block: outputs and inputs of a block; 4x1 unless told' },
    { name: 'max-error', value: 'E', summary: 'for method low-rank: the share of its outputs a layer may lose' },
    { name: 'dense', summary: 'store zeros like other numbers' },
    { name: 'multiple-of', value: 'N', summary: 'channels that stay are a multiple of this' },
    { name: 'keep', value: 'PATTERN', summary: 'keep all channels of matching layers; repeatable', multiple: true },
    { name: 'no-reconstruct', summary: 'leave the weights that stay as they are' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const { args } = context;
    const needsData = args.text('data') !== undefined || args.text('calibration') !== undefined;
    return runTechnique(context, { step: 'prune', options: pruneOptionsOf(args), suffix: 'pruned', needsData });
  },
};

/** The flags in the words of a recipe. */
function pruneOptionsOf(args: Arguments): Record<string, unknown> {
  const target = given([
    ['macs', args.number('macs', 0)], ['parameters', args.number('parameters', 0)], ['bytes', args.number('bytes', 0)],
  ]);
  const kept = args.texts('keep').map((match) => ({ match, keep: 'all' }));
  return given([
    ['method', args.text('method')],
    ['ratio', args.number('ratio', 0)],
    ['target', Object.keys(target).length > 0 ? target : undefined],
    ['importance', args.text('importance')],
    ['distribution', args.text('distribution')],
    ['pattern', args.text('pattern')],
    ['block', args.text('block')?.split('x').map(Number)],
    ['maxError', args.number('max-error', 0)],
    ['storage', args.flag('dense') ? 'dense' : undefined],
    ['multipleOf', args.integer('multiple-of', 1)],
    ['reconstruct', args.flag('no-reconstruct') ? false : undefined],
    ['layers', kept.length > 0 ? kept : undefined],
  ]);
}
