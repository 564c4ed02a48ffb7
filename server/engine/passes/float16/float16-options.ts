/** What a recipe may say about half precision. */

import * as z from 'zod';

const layerRule = z.strictObject({
  match: z.string().min(1).describe('Names of layers: *, ** and ? are wildcards, {a,b} gives alternatives.'),
  keep: z.enum(['float']).describe('Leaves these layers in float32.'),
});

export const float16Options = z.strictObject({
  scheme: z.enum(['fp16', 'bf16']).default('fp16').describe('fp16: 11 digits, up to 65504. bf16: 8 digits, any size.'),
  weightsOnly: z.union([z.boolean(), z.literal('auto')]).default('auto').describe(
    'true: weights are stored in half precision and computed with in float32: half the size, the same speed. '
      + 'false: the computation is in half precision too. auto: as the target runs faster.',
  ),
  io: z.enum(['float32', 'float16']).default('float32').describe('Type of the float inputs and outputs of the model.'),
  layers: z.array(layerRule).default([]).describe('Layers that stay in float32.'),
  opTypes: z.array(z.string().min(1)).min(1).optional().describe('Only operators of these types are converted.'),
}).superRefine(({ scheme, weightsOnly, io }, context) => {
  if (io === 'float32') return;
  if (scheme === 'bf16') {
    context.addIssue({ code: 'custom', message: 'With bf16 the inputs and outputs stay float32.' });
  }
  if (weightsOnly === true) {
    context.addIssue({ code: 'custom', message: 'With weightsOnly the inputs and outputs stay float32.' });
  }
});

export type Float16Options = z.output<typeof float16Options>;
