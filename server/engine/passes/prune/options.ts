/** What a recipe may say about pruning. */

import * as z from 'zod';
import { oneOf } from '../reserved.ts';

export const importances = ['auto', 'error', 'l2', 'l1', 'random'] as const;

const share = z.number().gt(0).lt(1);

const layerRule = z.strictObject({
  match: z.string().min(1).describe('Names of layers: *, ** and ? are wildcards, {a,b} gives alternatives.'),
  keep: z.literal('all').optional().describe('Keeps every channel that these layers make.'),
  ratio: share.optional().describe('The share of the channels of these layers to remove.'),
}).refine(({ keep, ratio }) => (keep === undefined) !== (ratio === undefined), {
  message: 'Say either "keep: all" or a ratio.',
});

export const pruneOptions = z.strictObject({
  method: oneOf(['channels'], ['unstructured', 'n:m', 'block', 'low-rank']).default('channels').describe(
    'channels: whole channels, filters and attention heads go, and the tensors really shrink.',
  ),
  ratio: share.optional().describe('The share of the channels of every layer to remove.'),
  target: z.strictObject({
    macs: share.optional().describe('Multiply-accumulates that stay, as a share of the original.'),
    parameters: share.optional().describe('Parameters that stay, as a share of the original.'),
  }).optional().describe('What must be reached; layers lose channels where it costs the least.'),
  importance: z.enum(importances).default('auto').describe(
    'Which channels go first. error: those whose loss, made up for by the channels that stay, changes the next layers '
      + 'least (needs calibration data). l1, l2: those with the smallest weights. random: a control. auto: error where '
      + 'there are data, else l2.',
  ),
  reconstruct: z.boolean().default(true).describe(
    'Lets the channels that stay make up for those removed, by least squares on the calibration data.',
  ),
  multipleOf: z.int().min(1).optional().describe(
    'Channels that stay are a multiple of this; by default 8 in wide layers, and less in narrow ones.',
  ),
  layers: z.array(layerRule).default([]).describe('Exceptions for some layers; the last one that matches counts.'),
}).superRefine(({ ratio, target }, context) => {
  const goals = [ratio, target?.macs, target?.parameters].filter((goal) => goal !== undefined);
  if (goals.length === 1) return;
  const message = 'Give one of "ratio", "target: { macs: … }" and "target: { parameters: … }".';
  context.addIssue({ code: 'custom', message });
});

export type PruneOptions = z.output<typeof pruneOptions>;
