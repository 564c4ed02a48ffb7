/** What a recipe may say about quantization-aware training. */

import * as z from 'zod';
import { trainingShape } from '../../../train/run/settings.ts';

const { epochs, minutes, learningRate, batch, optimizer, weightDecay, patience, freeze } = trainingShape;

export const awareOptions = z.strictObject({
  epochs,
  minutes,
  learningRate,
  batch,
  optimizer,
  weightDecay,
  patience,
  freeze,
  labels: z.number().min(0).max(1).default(0.5).describe(
    'Share of the labels in what is learned, where the training data have any; the rest is the float model\'s outputs.',
  ),
  temperature: z.number().positive().default(2).describe('Softens the scores that are learned from.'),
}).describe(
  'Trains the model with its weights and values rounded as they will be, and the scales with them (learned step '
    + 'sizes), then quantizes it. For int8 and int4 weights with integer activations.',
);

export type AwareOptions = z.output<typeof awareOptions>;
