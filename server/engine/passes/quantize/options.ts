/** What a recipe may say about quantization. */

import * as z from 'zod';
import { awareOptions } from './aware/aware-options.ts';
import { mixedFields } from './mixed/mixed-options.ts';
import { ruleBits, weightOnlyFields } from './weight-only/weight-only-options.ts';

export const activationTypes = ['float', 'int8', 'uint8', 'int16', 'uint16'] as const;
export const weightTypes = ['int8', 'uint8', 'int4'] as const;
export const roundings = ['auto', 'nearest', 'feedback', 'learned'] as const;
export const calibrationMethods = ['auto', 'min-max', 'percentile', 'entropy', 'mse'] as const;

const activations = z.enum(activationTypes).describe(
  'Type of the values between layers; float leaves them as they are. By default the best that the target runs.',
);
const weights = z.enum(weightTypes).describe(
  'Type of the weights. By default the best that the target runs. int4 takes half the bytes of int8; on processors '
    + 'onnxruntime computes with it as with int8.',
);
const perChannel = z.boolean().describe(
  'One scale for each output channel of a weight, where the target supports it; false: one for the whole tensor.',
);
const calibration = z.enum(calibrationMethods).describe(
  'How the range of a value is chosen from what was seen. mse takes the range of least error, value by value; auto '
    + 'tries all and takes the one that comes nearest to the float model at its outputs.',
);

const rounding = z.enum(roundings).describe(
  'How weights become codes. nearest: each alone. feedback: what one loses is made up by others, as far as the inputs '
    + 'allow. learned: the same, then codes change as long as the output of the layer errs less. auto: the last two, '
    + 'whichever comes nearer to the float model at its outputs.',
);

export const layerRule = z.strictObject({
  match: z.string().min(1).describe('Names of layers: *, ** and ? are wildcards, {a,b} gives alternatives.'),
  keep: z.enum(['float']).optional().describe('Leaves these layers in float.'),
  activations: activations.optional(),
  weights: weights.optional(),
  perChannel: perChannel.optional(),
  calibration: calibration.optional(),
  bits: ruleBits.optional(),
}).superRefine(({ match: _match, keep, ...changes }, context) => {
  const changed = Object.entries(changes).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  if (keep === undefined && changed.length === 0) {
    context.addIssue({ code: 'custom', message: 'Say what to do with these layers, for instance "keep: float".' });
  } else if (keep !== undefined && changed.length > 0) {
    const message = `"keep: ${keep}" leaves nothing for "${changed.join('", "')}" to do.`;
    context.addIssue({ code: 'custom', message });
  }
});

export const quantizeOptions = z.strictObject({
  scheme: z.enum(['int8', 'dynamic', 'int4', 'int3', 'int2', 'fp16', 'bf16', 'mixed']).default('int8').describe(
    'int8: weights and activations, calibrated on data. dynamic: int8 weights, activations measured at run time, '
      + 'no data needed. int4, int3, int2: weights of so few bits, computed in float (int4 with '
      + 'activations: int8 computes in integers). fp16, bf16: half-size floats. mixed: '
      + 'for each layer what serves the whole best, within a budget or the goal.',
  ),
  activations: activations.optional(),
  weights: weights.optional(),
  perChannel: perChannel.default(true),
  symmetric: z.boolean().optional().describe(
    'Activation ranges centred on zero. By default only where the target needs them.',
  ),
  calibration: calibration.default('auto'),
  percentile: z.number().gt(50).lte(100).optional().describe(
    'For calibration by percentile: the share of the values, in percent, that the range must hold.',
  ),
  reduceRange: z.union([z.boolean(), z.literal('auto')]).default('auto').describe(
    'Weights of 7 bits, for processors whose int8 sums saturate. auto: as the target needs.',
  ),
  rounding: rounding.default('auto'),
  biasCorrection: z.boolean().default(true).describe(
    'Biases take up what quantization adds to the mean of each channel, as measured on the calibration data; undone '
      + 'where that does not bring the outputs nearer to the float model.',
  ),
  equalize: z.boolean().default(true).describe(
    'Evens out the ranges of channels first, by moving scale between layers: same results in float, better in int8.',
  ),
  weightsOnly: z.boolean().optional().describe(
    'fp16, bf16: only store weights in half precision. By default as the target runs faster.',
  ),
  io: z.enum(['float32', 'float16']).optional().describe('fp16: type of the float inputs and outputs; float32.'),
  ...weightOnlyFields,
  ...mixedFields,
  aware: awareOptions.optional(),
  layers: z.array(layerRule).default([]).describe('Exceptions for some layers; the last one that matches counts.'),
  opTypes: z.array(z.string().min(1)).min(1).optional().describe('Only operators of these types are quantized.'),
}).superRefine(({ scheme, activations: values, aware }, context) => {
  if (!aware) return;
  if ((scheme === 'int8' || scheme === 'int4') && values !== 'float') return;
  const message = 'Quantization-aware training is for integer weights and activations: scheme int8 or int4.';
  context.addIssue({ code: 'custom', path: ['aware'], message });
});

export type QuantizeOptions = z.output<typeof quantizeOptions>;
export type LayerRule = z.output<typeof layerRule>;
