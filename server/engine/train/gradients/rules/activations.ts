/** Activation functions other than Relu, Clip and the Gelu family. */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { elementwise, oneMinus } from './functions.ts';

const isPositive = (g: GraphBuilder, x: string): string => g.emit('Greater', [x, g.like(x, 0)]);

/** The gradient as it is where x > 0, times a slope elsewhere. */
function bent(slopeBelow: (g: GraphBuilder, node: Node, y: string) => string): GradientRule {
  return {
    backward: (g, node, { gradient }) => {
      const x = node.inputs[0]!;
      const below = g.mul(gradient, slopeBelow(g, node, node.outputs[0]!));
      return [g.where(isPositive(g, x), gradient, below)];
    },
  };
}

const leakyRelu = bent((g, node, y) => g.like(y, node.float('alpha', 0.01)));
/** α(eˣ - 1) has the slope y + α. */
const elu = bent((g, node, y) => g.add(y, node.float('alpha', 1)));
/** α(e^(x/α) - 1) has the slope y/α + 1. */
const celu = bent((g, node, y) => g.add(g.mul(y, 1 / node.float('alpha', 1)), 1));

/** The constants of Klambauer et al. 2017 as ONNX gives them. */
const selu: GradientRule = {
  backward: (g, node, { gradient }) => {
    const alpha = node.float('alpha', 1.67326319217681884765625);
    const gamma = node.float('gamma', 1.05070102214813232421875);
    const below = g.add(node.outputs[0]!, gamma * alpha);
    return [g.mul(gradient, g.where(isPositive(g, node.inputs[0]!), g.like(gradient, gamma), below))];
  },
};

const preluRule: GradientRule = {
  backward: (g, node, call) => {
    const [x = '', slope = ''] = node.inputs;
    const { gradient } = call;
    const positive = isPositive(g, x);
    return [
      call.needs(0) ? g.where(positive, gradient, g.mul(gradient, slope)) : undefined,
      call.needs(1)
        ? g.sumTo(g.where(positive, g.like(gradient, 0), g.mul(gradient, x)), g.dims(slope))
        : undefined,
    ];
  },
};

/** Strictly between 0 and 1: where a clamped line is not clamped. */
function isInside(g: GraphBuilder, y: string): string {
  return g.emit('And', [g.emit('Greater', [y, g.like(y, 0)]), g.emit('Less', [y, g.like(y, 1)])]);
}

const hardSigmoid: GradientRule = {
  backward: (g, node, { gradient }) => {
    const slope = g.mul(gradient, node.float('alpha', 0.2));
    return [g.where(isInside(g, node.outputs[0]!), slope, g.like(gradient, 0))];
  },
};

/** x · h with h = clamp(x/6 + 1/2): the slope is h, plus x/6 where h is not clamped. */
const hardSwish = elementwise((g, x) => {
  const h = g.emit('Clip', [g.add(g.mul(x, 1 / 6), 0.5), g.like(x, 0), g.like(x, 1)]);
  return g.add(h, g.where(isInside(g, h), g.mul(x, 1 / 6), g.like(x, 0)));
});

/** x · tanh(softplus(x)), Misra 2019: t + x (1 - t²) σ(x). */
const mish = elementwise((g, x) => {
  const t = g.emit('Tanh', [g.emit('Softplus', [x])]);
  return g.add(t, g.mul(g.mul(x, oneMinus(g, g.mul(t, t))), g.emit('Sigmoid', [x])));
});

const thresholdedRelu: GradientRule = {
  backward: (g, node, { gradient }) => {
    const x = node.inputs[0]!;
    const passed = g.emit('Greater', [x, g.like(x, node.float('alpha', 1))]);
    return [g.where(passed, gradient, g.like(gradient, 0))];
  },
};

/** x · σ(αx): s + αy(1 - s). */
export function swish(defaultAlpha: number): GradientRule {
  return {
    backward: (g, node, { gradient }) => {
      const alpha = node.float('alpha', defaultAlpha);
      const s = g.emit('Sigmoid', [g.mul(node.inputs[0]!, alpha)]);
      const slope = g.add(s, g.mul(g.mul(node.outputs[0]!, alpha), oneMinus(g, s)));
      return [g.mul(gradient, slope)];
    },
  };
}

export const activationRules: GradientRules = {
  Sigmoid: elementwise((g, _, y) => g.mul(y, oneMinus(g, y))),
  Tanh: elementwise((g, _, y) => oneMinus(g, g.mul(y, y))),
  Softplus: elementwise((g, x) => g.emit('Sigmoid', [x])),
  Softsign: {
    backward: (g, node, { gradient }) => {
      const root = g.add(g.emit('Abs', [node.inputs[0]!]), 1);
      return [g.div(gradient, g.mul(root, root))];
    },
  },
  LeakyRelu: leakyRelu,
  Elu: elu,
  Celu: celu,
  Selu: selu,
  PRelu: preluRule,
  HardSigmoid: hardSigmoid,
  HardSwish: hardSwish,
  Mish: mish,
  ThresholdedRelu: thresholdedRelu,
  Swish: swish(1),
  'com.microsoft::QuickGelu': swish(1.702),
};
