/** Reductions over axes. The axes are constants; without any all are reduced. */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

interface Reduced {
  /** Shape of the result with reduced axes of length 1. */
  readonly kept: readonly number[];
  /** Elements that one result was made from. */
  readonly count: number;
  readonly axes: readonly number[];
}

function reduced(g: GraphBuilder, node: Node): Reduced {
  const dims = g.dims(node.inputs[0]!);
  const given = node.input(1);
  const listed = given === undefined ? [] : g.integers(given);
  const none = listed.length === 0 && node.int('noop_with_empty_axes', 0) === 1;
  const all = listed.length === 0 && !none ? dims.map((_, i) => i) : listed;
  const axes = all.map((axis) => (axis < 0 ? axis + dims.length : axis));
  return {
    kept: dims.map((length, i) => (axes.includes(i) ? 1 : length)),
    count: axes.reduce((product, axis) => product * dims[axis]!, 1),
    axes,
  };
}

/** A rule from dX, given x, and y and dY with the reduced axes as 1. */
function reduction(
  gradientOf: (g: GraphBuilder, x: string, y: string, dy: string, how: Reduced) => string,
): GradientRule {
  return {
    backward: (g, node, { gradient }) => {
      const x = node.inputs[0]!;
      const how = reduced(g, node);
      const dx = gradientOf(g, x, g.reshape(node.outputs[0]!, how.kept), g.reshape(gradient, how.kept), how);
      return [g.expand(dx, g.dims(x))];
    },
  };
}

/** Equal largest (or smallest) elements share the gradient. */
const extreme = reduction((g, x, y, dy, { axes }) => {
  const taken = g.cast(g.emit('Equal', [x, y]), g.dtype(x));
  return g.mul(taken, g.div(dy, g.reduceSum(taken, axes, true)));
});

export const reductionRules: GradientRules = {
  ReduceSum: reduction((_, __, ___, dy) => dy),
  ReduceMean: reduction((g, _, __, dy, { count }) => g.mul(dy, 1 / count)),
  ReduceMax: extreme,
  ReduceMin: extreme,
  ReduceL1: reduction((g, x, _, dy) => g.mul(g.emit('Sign', [x]), dy)),
  ReduceL2: reduction((g, x, y, dy) => g.mul(x, g.div(dy, y))),
  ReduceSumSquare: reduction((g, x, _, dy) => g.mul(x, g.mul(dy, 2))),
  ReduceLogSum: reduction((g, _, y, dy) => g.mul(dy, g.emit('Exp', [g.neg(y)]))),
  ReduceLogSumExp: reduction((g, x, y, dy) => g.mul(g.emit('Exp', [g.sub(x, y)]), dy)),
};
