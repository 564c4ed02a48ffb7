/** What a recipe may say about fine-tuning. */

import * as z from 'zod';
import { trainingShape } from '../../train/run/settings.ts';

export const finetuneOptions = z.strictObject({
  ...trainingShape,
  labelSmoothing: z.number().min(0).lt(1).default(0).describe(
    'Part of a label\'s probability that is spread over all classes.',
  ),
});

export type FinetuneOptions = z.output<typeof finetuneOptions>;
