/** Functions of one variable, element by element. `slope` makes dY/dX from input and output; dX = dY · slope. */

import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

/** A rule from the derivative of the function. */
export function elementwise(slope: (g: GraphBuilder, x: string, y: string) => string): GradientRule {
  return {
    backward: (g, node, { gradient }) => [g.mul(gradient, slope(g, node.inputs[0]!, node.outputs[0]!))],
  };
}

/** 1 - v. */
export function oneMinus(g: GraphBuilder, value: string): string {
  return g.sub(g.like(value, 1), value);
}

const square = (g: GraphBuilder, value: string): string => g.mul(value, value);

export const functionRules: GradientRules = {
  Neg: { backward: (g, _, { gradient }) => [g.neg(gradient)] },
  Abs: elementwise((g, x) => g.emit('Sign', [x])),
  Exp: elementwise((_, __, y) => y),
  Log: { backward: (g, node, { gradient }) => [g.div(gradient, node.inputs[0]!)] },
  Sqrt: { backward: (g, node, { gradient }) => [g.mul(g.div(gradient, node.outputs[0]!), 0.5)] },
  Reciprocal: { backward: (g, node, { gradient }) => [g.neg(g.mul(gradient, square(g, node.outputs[0]!)))] },
  Erf: elementwise((g, x) => g.mul(g.emit('Exp', [g.neg(square(g, x))]), 2 / Math.sqrt(Math.PI))),
  Sin: elementwise((g, x) => g.emit('Cos', [x])),
  Cos: elementwise((g, x) => g.neg(g.emit('Sin', [x]))),
  Tan: elementwise((g, _, y) => g.add(square(g, y), 1)),
  Sinh: elementwise((g, x) => g.emit('Cosh', [x])),
  Cosh: elementwise((g, x) => g.emit('Sinh', [x])),
  Atan: { backward: (g, node, { gradient }) => [g.div(gradient, g.add(square(g, node.inputs[0]!), 1))] },
  // Straight-through (Bengio et al. 2013, "Estimating or Propagating Gradients Through Stochastic Neurons"): rounding
  // has no slope of its own, and this one lets what is before it learn.
  Round: { backward: (_, __, { gradient }) => [gradient] },
};
