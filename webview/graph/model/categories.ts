/** The categories of operators in a fixed order, for colours by number. */

import type { OpCategory } from '../../../protocol/graph/structure.ts';

export const opCategoryNames = [
  'convolution', 'matrix', 'normalization', 'activation', 'pooling', 'elementwise', 'shape', 'reduction',
  'quantization', 'recurrent', 'control', 'constant', 'other', 'boundary',
] as const satisfies readonly OpCategory[];
