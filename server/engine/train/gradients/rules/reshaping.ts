/** Operators that only give the same numbers another shape, order, type or repetition. */

import type { GradientRule, GradientRules } from '../rule.ts';

const reshape: GradientRule = {
  backward: (g, node, { gradient }) => [g.reshape(gradient, g.dims(node.inputs[0]!))],
};

const transpose: GradientRule = {
  backward: (g, node, { gradient }) => {
    const rank = g.dims(node.inputs[0]!).length;
    const permutation = node.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
    return [g.transpose(gradient, permutation.map((_, axis) => permutation.indexOf(axis)))];
  },
};

const expand: GradientRule = {
  backward: (g, node, { gradient }) => [g.sumTo(gradient, g.dims(node.inputs[0]!))],
};

const same: GradientRule = { backward: (_, __, { gradient }) => [gradient] };

const cast: GradientRule = {
  backward: (g, node, { gradient }) => {
    const input = node.inputs[0]!;
    return [g.isFloat(input) ? g.cast(gradient, g.dtype(input)) : undefined];
  },
};

/** Repetition r of axis i of length d stands in the result as [r, d]: the copies are summed. */
const tile: GradientRule = {
  backward: (g, node, { gradient }) => {
    const dims = g.dims(node.inputs[0]!);
    const repeats = g.integers(node.inputs[1]!);
    const apart = g.reshape(gradient, dims.flatMap((length, i) => [repeats[i]!, length]));
    return [g.reduceSum(apart, dims.map((_, i) => 2 * i))];
  },
};

export const reshapingRules: GradientRules = {
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: reshape,
  Unsqueeze: reshape,
  Transpose: transpose,
  Expand: expand,
  Identity: same,
  // Models are trained as they are exported: as for inference, where this is the identity.
  Dropout: same,
  Cast: cast,
  CastLike: cast,
  Tile: tile,
};
