/** A recipe: what to do to which model, in the words of its author. `*.lathe.yaml` is its text form. */

import * as z from 'zod';
import { dataSchema } from '../data/source-schema.ts';
import { targetNames } from '../targets/registry.ts';

export const goalSchema = z.strictObject({
  maxDrop: z.number().min(0).optional().describe(
    'By how much the metric may get worse, absolute: 0.01 is one point of accuracy. By default what is usual for the '
      + 'metric: 0.01 for accuracies, 0.05 for agreement with the original, 1 % of the perplexity.',
  ),
  prefer: z.enum(['size', 'latency']).optional().describe('What counts more where both cannot be had.'),
});

/** Everything but the steps, whose options depend on the technique. */
export const recipeSchema = z.strictObject({
  version: z.literal(1).describe('Version of the recipe language: 1.'),
  model: z.string().min(1).describe('The model to compress; paths are relative to the recipe.'),
  output: z.string().min(1).optional().describe('Where the result goes.'),
  target: z.enum(targetNames).optional().describe('What the result will run on; by default this machine.'),
  data: dataSchema.optional().describe('What the model is calibrated and measured on.'),
  goal: goalSchema.optional().describe('What must hold, and what matters most.'),
  seed: z.int().min(0).optional().describe('Seed of everything random; 0 by default.'),
  steps: z.array(z.unknown()).min(1).describe('Techniques, applied one after the other.'),
});

/** One technique, with its options as written: the pass fills in what was left out. */
export interface RecipeStep {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export type Goal = z.output<typeof goalSchema>;

export interface Recipe extends Omit<z.output<typeof recipeSchema>, 'steps'> {
  readonly steps: readonly RecipeStep[];
}
