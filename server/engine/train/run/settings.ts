/** What a user may set about training; everything has a default that finds itself. */

import * as z from 'zod';

/** Options that all steps that train have. */
export const trainingShape = {
  epochs: z.number().positive().optional().describe('Passes over the training data.'),
  minutes: z.number().positive().optional().describe(
    'How long to train, instead of `epochs`; 10 by default. The first few steps are timed, which fixes their number.',
  ),
  learningRate: z.number().positive().optional().describe(
    'The largest learning rate; found by a short test unless given. It warms up, then falls along a cosine.',
  ),
  batch: z.int().min(1).optional().describe('Samples of a step; by default by the size of the network and the data.'),
  optimizer: z.enum(['adamw', 'adam', 'sgd']).default('adamw').describe('sgd has a momentum of 0.9.'),
  weightDecay: z.number().min(0).default(1e-4).describe('Pulls weights towards zero.'),
  patience: z.int().min(1).optional().describe(
    'Ends early after so many looks at the held-out samples without a better score or a lower loss; there are up to 20 '
      + 'in a run. 8 by default.',
  ),
  freeze: z.array(z.string().min(1)).default([]).describe(
    'Layers whose weights stay as they are: names, with wildcards.',
  ),
  batchNorm: z.enum(['training', 'frozen']).default('training').describe(
    'training: batch norms learn and follow the data. frozen: they stay as they are, for small batches.',
  ),
} as const;

export const trainingSchema = z.strictObject(trainingShape);

export type TrainingSettings = z.output<typeof trainingSchema>;

/** What a run takes where neither `epochs` nor `minutes` is given. */
export const defaultMinutes = 10;

export const defaultPatience = 8;
