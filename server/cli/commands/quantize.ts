/** `lathe quantize`: one technique, its options as flags. */

import {
  activationTypes, calibrationMethods, roundings, weightTypes,
} from '../../engine/passes/quantize/options.ts';
import {
  apartBits, storageForms, weightOnlyMethods,
} from '../../engine/passes/quantize/weight-only/weight-only-options.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { given, runTechnique, techniqueOptions } from '../one-technique.ts';

export const quantizeCommand: Command = {
  name: 'quantize',
  summary: 'fewer bits for weights and activations',
  usage: 'MODEL [options]',
  details: 'Batch norms and constants are folded first, unless --no-fold is given.',
  examples: [
    'lathe quantize model.onnx --data pictures/ --calibration-method mse',
    'lathe quantize model.onnx --scheme dynamic -o small.onnx',
    'lathe quantize language-model.onnx --scheme int4 --data texts.data.yaml',
    'lathe quantize model.onnx --scheme mixed --budget 0.3 --data pictures/',
    'lathe quantize model.onnx --keep "/classifier/*" --write-recipe',
  ],
  options: [
    ...techniqueOptions,
    { name: 'scheme', value: 'S', summary: 'int8, dynamic, int4, int3, int2, fp16, bf16 or mixed; int8 by default' },
    { name: 'activations', value: 'TYPE', summary: 'type of the values between layers', choices: activationTypes },
    { name: 'weights', value: 'TYPE', summary: 'type of the weights', choices: weightTypes },
    { name: 'per-tensor', summary: 'one scale for a whole weight instead of one for each channel' },
    { name: 'symmetric', summary: 'activation ranges centred on zero' },
    { name: 'calibration-method', value: 'M', summary: 'how ranges are chosen', choices: calibrationMethods },
    { name: 'percentile', value: 'P', summary: 'share of the values, in percent, that a range must hold' },
    { name: 'reduce-range', summary: 'weights of 7 bits, for processors whose int8 sums saturate' },
    { name: 'method', value: 'M', summary: 'weight-only: how weights are rounded', choices: weightOnlyMethods },
    { name: 'block-size', value: 'N', summary: 'weight-only: weights that share a scale, 16 to 256; 32 by default' },
    { name: 'no-zero-points', summary: 'weight-only: ranges centred on zero' },
    { name: 'embeddings', value: 'BITS', summary: 'weight-only: lookup tables; int8 by default', choices: apartBits },
    { name: 'head', value: 'BITS', summary: 'weight-only: the last matrix; int8 by default', choices: apartBits },
    { name: 'storage', value: 'FORM', summary: 'weight-only: how weights are stored', choices: storageForms },
    { name: 'rounding', value: 'R', summary: 'how weights become integers', choices: roundings },
    { name: 'no-bias-correction', summary: 'leave biases as they are' },
    { name: 'budget', value: 'SHARE', summary: 'mixed: the most bytes, as a share of the float model\'s (0.3)' },
    { name: 'latency-budget', value: 'SHARE', summary: 'mixed: the longest run, as a share of the float model\'s' },
    { name: 'precisions', value: 'LIST', summary: 'mixed: what layers may be, separated by commas' },
    { name: 'keep', value: 'PATTERN', summary: 'leave layers that match in float; may be repeated', multiple: true },
    { name: 'op-types', value: 'LIST', summary: 'only these operators, separated by commas' },
  ],
  operands: { min: 1, max: 1, names: 'one model' },
  async run(context) {
    const options = quantizeOptionsOf(context.args);
    const scheme = options['scheme'];
    return runTechnique(context, {
      step: 'quantize',
      options,
      suffix: typeof scheme === 'string' && scheme !== 'dynamic' ? scheme : 'int8',
      needsData: needsData(context.args, options),
    });
  },
};

function budgetOf(args: Arguments): Record<string, unknown> | undefined {
  const budget = given([['size', args.number('budget', 0)], ['latency', args.number('latency-budget', 0)]]);
  return Object.keys(budget).length > 0 ? budget : undefined;
}

/** Schemes that calibrate nothing work on the file alone, however large it is, unless data to measure on are given. */
function needsData(args: Arguments, { scheme }: Record<string, unknown>): boolean {
  const given = args.text('data') !== undefined || args.text('calibration') !== undefined;
  const calibrates = scheme === undefined || scheme === 'int8' || scheme === 'mixed';
  return given || (calibrates && args.text('activations') !== 'float');
}

/** The flags in the words of a recipe. */
function quantizeOptionsOf(args: Arguments): Record<string, unknown> {
  return given([
    ['scheme', args.text('scheme')],
    ['activations', args.text('activations')],
    ['weights', args.text('weights')],
    ['perChannel', args.flag('per-tensor') ? false : undefined],
    ['symmetric', args.flag('symmetric') || undefined],
    ['calibration', args.text('calibration-method')],
    ['percentile', args.number('percentile', 0)],
    ['reduceRange', args.flag('reduce-range') || undefined],
    ['method', args.text('method')],
    ['blockSize', args.integer('block-size', 16)],
    ['zeroPoints', args.flag('no-zero-points') ? false : undefined],
    ['embeddings', args.text('embeddings')],
    ['head', args.text('head')],
    ['storage', args.text('storage')],
    ['rounding', args.text('rounding')],
    ['biasCorrection', args.flag('no-bias-correction') ? false : undefined],
    ['budget', budgetOf(args)],
    ['precisions', args.text('precisions')?.split(',').map((name) => name.trim())],
    ['opTypes', args.text('op-types')?.split(',').map((name) => name.trim())],
    ['layers', args.texts('keep').length > 0
      ? args.texts('keep').map((match) => ({ match, keep: 'float' }))
      : undefined],
  ]);
}
