/** What a recipe may say about folding. */

import * as z from 'zod';

export const foldOptions = z.strictObject({
  tieTransposed: z.boolean().default(false).describe(
    'Stores a weight once that the model has as it is and transposed (tied embeddings). The model gets smaller, but '
      + 'quantization then leaves the layer with the transposed weight in float.',
  ),
});

export type FoldOptions = z.output<typeof foldOptions>;
