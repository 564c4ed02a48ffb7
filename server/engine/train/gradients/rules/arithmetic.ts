/** Arithmetic of several operands, each of which may have been stretched to the shape of the result. */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { BackwardCall, GradientRule, GradientRules } from '../rule.ts';

/** One gradient for each input that needs it, summed down to the input's shape. */
function perInput(
  g: GraphBuilder,
  node: Node,
  call: BackwardCall,
  gradientOf: (input: string, index: number) => string,
): (string | undefined)[] {
  return node.inputs.map((input, i) => (call.needs(i) ? g.sumTo(gradientOf(input, i), g.dims(input)) : undefined));
}

const sum: GradientRule = {
  backward: (g, node, call) => perInput(g, node, call, () => call.gradient),
};

const subtract: GradientRule = {
  backward: (g, node, call) => {
    const [a, b] = node.inputs;
    return [
      call.needs(0) ? g.sumTo(call.gradient, g.dims(a!)) : undefined,
      // Summed first: the negation is then of the smaller tensor.
      call.needs(1) ? g.neg(g.sumTo(call.gradient, g.dims(b!))) : undefined,
    ];
  },
};

const multiply: GradientRule = {
  backward: (g, node, call) => perInput(g, node, call, (_, i) => g.mul(call.gradient, node.inputs[1 - i]!)),
};

/** y = a / b: da = dY / b, db = -dY · y / b. */
const divide: GradientRule = {
  backward: (g, node, call) => {
    const [a, b] = node.inputs;
    const quotient = g.div(call.gradient, b!);
    return [
      call.needs(0) ? g.sumTo(quotient, g.dims(a!)) : undefined,
      call.needs(1) ? g.neg(g.sumTo(g.mul(quotient, node.outputs[0]!), g.dims(b!))) : undefined,
    ];
  },
};

/**
 * y = x ^ p: dx = dY · p · x ^ (p - 1), dp = dY · y · ln x. Where x is not positive the exponent gets no gradient:
 * the logarithm is not real there.
 */
const power: GradientRule = {
  backward: (g, node, call) => {
    const [x = '', p = ''] = node.inputs;
    const { gradient } = call;
    return [
      call.needs(0) ? g.sumTo(g.mul(gradient, slopeOfPower(g, x, p)), g.dims(x)) : undefined,
      call.needs(1) ? g.sumTo(g.mul(gradient, slopeInExponent(g, x, node.outputs[0]!)), g.dims(p)) : undefined,
    ];
  },
};

function slopeOfPower(g: GraphBuilder, x: string, p: string): string {
  const exponent = g.constant(p);
  const known = exponent?.size === 1 ? exponent.toNumbers()[0]! : undefined;
  if (known === 2) return g.mul(x, 2);
  if (known !== undefined) return g.mul(g.emit('Pow', [x, g.like(x, known - 1)]), known);
  const real = g.cast(p, g.dtype(x));
  return g.mul(g.emit('Pow', [x, g.sub(real, 1)]), real);
}

function slopeInExponent(g: GraphBuilder, x: string, y: string): string {
  const positive = g.emit('Greater', [x, g.like(x, 0)]);
  const logarithm = g.emit('Log', [g.where(positive, x, g.like(x, 1))]);
  return g.mul(y, logarithm);
}

const mean: GradientRule = {
  backward: (g, node, call) => {
    const share = g.mul(call.gradient, 1 / node.inputs.length);
    return perInput(g, node, call, () => share);
  },
};

/** The gradient goes to the operand that was taken; of several equal ones to the first. */
const extreme: GradientRule = {
  backward: (g, node, call) => {
    const zero = g.like(call.gradient, 0);
    let rest = call.gradient;
    return node.inputs.map((input, i) => {
      const taken = g.emit('Equal', [input, node.outputs[0]!]);
      const own = call.needs(i) ? g.sumTo(g.where(taken, rest, zero), g.dims(input)) : undefined;
      rest = g.where(taken, zero, rest);
      return own;
    });
  },
};

const where: GradientRule = {
  backward: (g, node, call) => {
    const [condition = '', yes = '', no = ''] = node.inputs;
    const { gradient } = call;
    const zero = g.like(gradient, 0);
    return [
      undefined,
      call.needs(1) ? g.sumTo(g.where(condition, gradient, zero), g.dims(yes)) : undefined,
      call.needs(2) ? g.sumTo(g.where(condition, zero, gradient), g.dims(no)) : undefined,
    ];
  },
};

export const arithmeticRules: GradientRules = {
  Add: sum,
  Sum: sum,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Pow: power,
  Mean: mean,
  Max: extreme,
  Min: extreme,
  Where: where,
};
