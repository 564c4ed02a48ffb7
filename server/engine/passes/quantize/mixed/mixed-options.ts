/** What a recipe may say about mixed precision. */

import * as z from 'zod';
import { precisions } from './precisions.ts';

const budget = z.strictObject({
  size: z.number().gt(0).lte(1).optional().describe(
    'The most that all constants together may take, as a share of what they take in float: 0.25 is a quarter.',
  ),
  latency: z.number().gt(0).optional().describe(
    'The longest that a run may take, as a share of the float model\'s time, both measured on this machine.',
  ),
}).refine(({ size, latency }) => size !== undefined || latency !== undefined, {
  message: 'Give the budget a "size" or a "latency".',
});

export const mixedFields = {
  budget: budget.optional().describe(
    'mixed: what the result may cost; the most accurate model within it is looked for. Without a budget the smallest '
      + '(goal.prefer: size) or fastest (latency) model within goal.maxDrop is.',
  ),
  precisions: z.array(z.enum(precisions)).min(1).optional().describe(
    'mixed: what layers may be. By default all that the target runs.',
  ),
};
