/** The Gelu family: Hendrycks and Gimpel 2016, exact and by tanh. */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { Decomposition, GradientRule, GradientRules } from '../rule.ts';
import { oneMinus } from './functions.ts';

/** Φ(x), the part of a normal distribution below x. */
function normalBelow(g: GraphBuilder, x: string): string {
  return g.add(g.mul(g.emit('Erf', [g.mul(x, Math.SQRT1_2)]), 0.5), 0.5);
}

/** x Φ(x) has the slope Φ(x) + x φ(x). */
function exactSlope(g: GraphBuilder, x: string, below: string): string {
  const density = g.mul(g.emit('Exp', [g.mul(g.mul(x, x), -0.5)]), 1 / Math.sqrt(2 * Math.PI));
  return g.add(below, g.mul(x, density));
}

const cubic = 0.044715;
const root = Math.sqrt(2 / Math.PI);

/** x (1 + t) / 2 with t = tanh(√(2/π) (x + 0.044715 x³)). */
function tanhSlope(g: GraphBuilder, x: string): string {
  const square = g.mul(x, x);
  const t = g.emit('Tanh', [g.mul(x, g.add(g.mul(square, root * cubic), root))]);
  const inner = g.add(g.mul(square, 3 * root * cubic), root);
  const steep = g.mul(g.mul(x, inner), oneMinus(g, g.mul(t, t)));
  return g.mul(g.add(g.add(t, steep), 1), 0.5);
}

const gelu: GradientRule = {
  /** Φ(x) is most of the work, and needed both ways. */
  forward: (g, node) => {
    if (isTanh(node)) {
      g.keep(node);
      return [];
    }
    const x = node.inputs[0]!;
    const below = normalBelow(g, x);
    g.put({ name: node.name, opType: 'Mul', inputs: [x, below], outputs: node.outputs });
    return [below];
  },
  backward: (g, node, { gradient, saved: [below] }) => {
    const x = node.inputs[0]!;
    return [g.mul(gradient, below === undefined ? tanhSlope(g, x) : exactSlope(g, x, below))];
  },
};

function isTanh(node: Node): boolean {
  return node.string('approximate', 'none') === 'tanh';
}

/** FastGelu(x, bias): the tanh form of x + bias. */
const fastGelu: GradientRule = {
  forward: (g, node) => {
    const [x = '', bias] = node.inputs;
    const shifted = bias ? g.add(x, bias) : x;
    const { name, domain, outputs } = node;
    g.put({ name, opType: 'FastGelu', domain, inputs: [shifted], outputs });
    return [shifted];
  },
  backward: (g, node, call) => {
    const dx = g.mul(call.gradient, tanhSlope(g, call.saved[0]!));
    const bias = node.input(1);
    return [dx, bias !== undefined && call.needs(1) ? g.sumTo(dx, g.dims(bias)) : undefined];
  },
};

const biasGelu: Decomposition = {
  decompose: (g, node) => {
    const sum = g.add(node.inputs[0]!, node.inputs[1]!);
    g.put({ name: node.name, opType: 'Gelu', domain: node.domain, inputs: [sum], outputs: node.outputs });
  },
};

export const geluRules: GradientRules = {
  Gelu: gelu,
  'com.microsoft::Gelu': gelu,
  'com.microsoft::FastGelu': fastGelu,
  'com.microsoft::BiasGelu': biasGelu,
};
