import { attr } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';

const domain = 'com.microsoft';
const epsilon = { epsilon: attr.float(0.01) };
const inputs = { x: [2, 3, 4], skip: [2, 3, 4], scale: [4], shift: [4], bias: [4] };

gradientTests({
  'SkipLayerNormalization with all it may have': {
    nodes: [
      node('SkipLayerNormalization', 'x, skip, scale, shift, bias', 'n, , , sum', epsilon, { domain }),
      node('Mul', 'n, sum', 'y'),
    ],
    inputs,
  },
  'SkipLayerNormalization, bare': {
    nodes: [node('SkipLayerNormalization', 'x, skip, scale', 'y', epsilon, { domain })],
    inputs: { x: [2, 3, 4], skip: [2, 3, 4], scale: [4] },
  },
  SkipSimplifiedLayerNormalization: {
    nodes: [
      node('SkipSimplifiedLayerNormalization', 'x, skip, scale, bias', 'n, , , sum', epsilon, { domain }),
      node('Mul', 'n, sum', 'y'),
    ],
    inputs: { x: [2, 3, 4], skip: [2, 3, 4], scale: [4], bias: [4] },
  },
});
