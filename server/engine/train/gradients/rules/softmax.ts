/** Softmax and its logarithm, along one axis. */

import type { GradientRule, GradientRules } from '../rule.ts';

/** dX = y (dY - Σ y·dY). */
const softmax: GradientRule = {
  backward: (g, node, { gradient }) => {
    const y = node.outputs[0]!;
    const weighted = g.reduceSum(g.mul(y, gradient), [node.int('axis', -1)], true);
    return [g.mul(y, g.sub(gradient, weighted))];
  },
};

/** dX = dY - eʸ Σ dY. */
const logSoftmax: GradientRule = {
  backward: (g, node, { gradient }) => {
    const total = g.reduceSum(gradient, [node.int('axis', -1)], true);
    return [g.sub(gradient, g.mul(g.emit('Exp', [node.outputs[0]!]), total))];
  },
};

export const softmaxRules: GradientRules = { Softmax: softmax, LogSoftmax: logSoftmax };
