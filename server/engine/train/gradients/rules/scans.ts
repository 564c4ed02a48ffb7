/** CumSum and Trilu. */

import { attr } from '../../../model/attribute.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

/** What an element is added to are those behind it: the same sum from the other end. */
const cumulativeSum: GradientRule = {
  backward: (g, node, { gradient }) => [
    g.emit('CumSum', [gradient, node.inputs[1]!], {
      exclusive: attr.int(node.int('exclusive', 0)),
      reverse: attr.int(1 - node.int('reverse', 0)),
    }),
  ],
};

const triangle: GradientRule = {
  backward: (g, node, { gradient }) => [
    g.emit('Trilu', [gradient, ...node.inputs.slice(1)], { upper: attr.int(node.int('upper', 1)) }),
  ],
};

export const scanRules: GradientRules = { CumSum: cumulativeSum, Trilu: triangle };
