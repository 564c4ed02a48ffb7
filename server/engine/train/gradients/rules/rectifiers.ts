/** Relu and Clip: the gradient passes where the value did. */

import type { GradientRule, GradientRules } from '../rule.ts';

/** dX = dY where y > 0 (the subgradient at zero is zero, as everywhere). */
const relu: GradientRule = {
  backward: (g, node, { gradient }) => {
    const passed = g.emit('Greater', [node.outputs[0]!, g.like(gradient, 0)]);
    return [g.mul(gradient, g.cast(passed, g.dtype(gradient)))];
  },
};

/** dX = dY where the value was not clipped; bounds are taken as constants. */
const clip: GradientRule = {
  backward: (g, node, { gradient }) => [
    g.where(g.emit('Equal', [node.outputs[0]!, node.inputs[0]!]), gradient, g.like(gradient, 0)),
  ],
};

export const rectifierRules: GradientRules = { Relu: relu, Clip: clip };
