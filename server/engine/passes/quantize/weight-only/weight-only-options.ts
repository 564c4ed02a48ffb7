/** What a recipe may say about schemes that only store weights in few bits, beside the options of all schemes. */

import * as z from 'zod';

export const weightOnlyMethods = ['auto', 'nearest', 'hqq', 'gptq', 'awq'] as const;
export const storageForms = ['auto', 'packed', 'unpacked', 'dequantize'] as const;
export const apartBits = ['int8', 'same', 'float'] as const;
export const blockSizes = [16, 32, 64, 128, 256] as const;

export type WeightOnlyMethod = (typeof weightOnlyMethods)[number];
export type StorageForm = (typeof storageForms)[number];
export type ApartBits = (typeof apartBits)[number];

/** Bits that a layer rule may name. */
export const ruleBits = z.union([z.literal(8), z.literal(4), z.literal(3), z.literal(2)]).describe(
  'Weight-only: bits of these layers\' weights.',
);

/** Keys of the step `quantize`. */
export const weightOnlyFields = {
  method: z.enum(weightOnlyMethods).default('auto').describe(
    'Weight-only: how weights are rounded. nearest and hqq need no data; gptq and awq go by what layers are fed. auto '
      + 'takes, layer by layer, what errs least on data that the rounding did not see.',
  ),
  blockSize: z.union(blockSizes.map((size) => z.literal(size))).optional().describe(
    'Weight-only: how many weights share a scale: 16, 32, 64, 128 or 256. 32 by default.',
  ),
  zeroPoints: z.boolean().default(true).describe(
    'Weight-only: store a zero point for each block, so that ranges need not be centred on zero.',
  ),
  embeddings: z.enum(apartBits).default('int8').describe(
    'Weight-only: lookup tables; same: as all other layers.',
  ),
  head: z.enum(apartBits).default('int8').describe(
    'Weight-only: the last matrix before an output; same: as all other layers.',
  ),
  storage: z.enum(storageForms).default('auto').describe(
    'Weight-only: packed: computed from as they are (MatMulNBits, where onnxruntime runs the model). unpacked: made '
      + 'float when the model is loaded. dequantize: DequantizeLinear of opset 21 (4 and 8 bits; others '
      + 'unpacked). auto: as suits the target, measured where there are data.',
  ),
};
