/**
 * Normalisations that compute their statistics from the values at hand: over the last axes (LayerNormalization, Ba et
 * al. 2016; RMSNormalization, Zhang and Sennrich 2019), over pictures (instances, groups of channels).
 */

import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

interface Normalized {
  /** (x - mean) / deviation. */
  readonly value: string;
  /** 1 / deviation. */
  readonly inverse: string;
}

/** Normalizes over `axes`; `centred` takes the mean away first. */
function normalize(g: GraphBuilder, x: string, axes: readonly number[], epsilon: number, centred: boolean): Normalized {
  const centre = centred ? g.sub(x, g.reduceMean(x, axes, true)) : x;
  const variance = g.reduceMean(g.mul(centre, centre), axes, true);
  const inverse = g.emit('Reciprocal', [g.emit('Sqrt', [g.add(variance, epsilon)])]);
  return { value: g.mul(centre, inverse), inverse };
}

/** dX from the gradient h of the normalized value: (h - mean h - v · mean(h·v)) / deviation. */
function normalizeBack(
  g: GraphBuilder,
  h: string,
  { value, inverse }: Normalized,
  axes: readonly number[],
  centred: boolean,
): string {
  const along = g.mul(value, g.reduceMean(g.mul(h, value), axes, true));
  const centre = centred ? g.sub(h, g.reduceMean(h, axes, true)) : h;
  return g.mul(g.sub(centre, along), inverse);
}

/** The last axes, from the attribute `axis` on. */
function lastAxes(g: GraphBuilder, node: Node): number[] {
  const rank = g.dims(node.inputs[0]!).length;
  const axis = node.int('axis', -1);
  const first = axis < 0 ? axis + rank : axis;
  return Array.from({ length: rank - first }, (_, i) => first + i);
}

const layerNormalization: GradientRule = {
  /** Mean and inverse deviation are by-products of the kernel. */
  forward: (g, node) => {
    const [y = '', mean = '', inverse = ''] = node.outputs;
    const statistics = [mean || g.uniqueName(`${y}_mean`), inverse || g.uniqueName(`${y}_inverse`)];
    const { name, opType, domain, inputs, attributes } = node;
    g.put({ name, opType, domain, inputs, outputs: [y, ...statistics], attributes });
    return statistics;
  },
  backward: (g, node, call) => {
    const [x = '', gamma = '', beta] = node.inputs;
    const [mean = '', inverse = ''] = call.saved;
    const { gradient } = call;
    const value = g.mul(g.sub(x, mean), inverse);
    const h = call.needs(0) ? g.mul(gradient, gamma) : '';
    return [
      call.needs(0) ? normalizeBack(g, h, { value, inverse }, lastAxes(g, node), true) : undefined,
      call.needs(1) ? g.sumTo(g.mul(gradient, value), g.dims(gamma)) : undefined,
      beta && call.needs(2) ? g.sumTo(gradient, g.dims(beta)) : undefined,
    ];
  },
};

const rmsNormalization: GradientRule = {
  backward: (g, node, call) => {
    const [x = '', gamma = ''] = node.inputs;
    const { gradient } = call;
    const axes = lastAxes(g, node);
    const normalized = normalize(g, x, axes, node.float('epsilon', 1e-5), false);
    return [
      call.needs(0) ? normalizeBack(g, g.mul(gradient, gamma), normalized, axes, false) : undefined,
      call.needs(1) ? g.sumTo(g.mul(gradient, normalized.value), g.dims(gamma)) : undefined,
    ];
  },
};

/** Scale and shift [C] beside x [N, C, …]. */
function perChannel(g: GraphBuilder, parameter: string, rank: number): string {
  return g.reshape(parameter, [g.dims(parameter)[0]!, ...new Array<number>(rank - 2).fill(1)]);
}

/** [N, C, …] normalized in `groups` parts of the channels, each picture by itself. */
function picturewise(groupsOf: (channels: number, node: Node) => number): GradientRule {
  return {
    backward: (g, node, call) => {
      const [x = '', gamma = '', beta = ''] = node.inputs;
      const { gradient } = call;
      const dims = g.dims(x);
      const [batch = 1, channels = 1] = dims;
      const groups = groupsOf(channels, node);
      const apart = [batch, groups, dims.reduce((a, b) => a * b, 1) / (batch * groups)];
      const normalized = normalize(g, g.reshape(x, apart), [2], node.float('epsilon', 1e-5), true);
      // Up to opset 20 GroupNormalization has one scale a group; then channels of a group share it.
      const share = channels / g.dims(gamma)[0]!;
      const scale = perChannel(g, share === 1 ? gamma : repeated(g, gamma, share), dims.length);
      const others = [0, ...dims.slice(2).map((_, i) => i + 2)];
      const summed = (value: string): string => {
        const sums = g.reduceSum(value, others);
        return share === 1 ? sums : g.reduceSum(g.reshape(sums, [groups, share]), [1]);
      };
      const h = call.needs(0) ? g.reshape(g.mul(gradient, scale), apart) : '';
      return [
        call.needs(0) ? g.reshape(normalizeBack(g, h, normalized, [2], true), dims) : undefined,
        call.needs(1) ? summed(g.mul(gradient, g.reshape(normalized.value, dims))) : undefined,
        beta && call.needs(2) ? summed(gradient) : undefined,
      ];
    },
  };
}

/** Each element of a vector `count` times in a row. */
function repeated(g: GraphBuilder, vector: string, count: number): string {
  const length = g.dims(vector)[0]!;
  return g.reshape(g.expand(g.reshape(vector, [length, 1]), [length, count]), [length * count]);
}

/** y = x / |x|ₚ: dX = (dY - y' Σ y·dY) / |x| with y' = y for p = 2 and the sign of x for p = 1. */
const lpNormalization: GradientRule = {
  backward: (g, node, { gradient }) => {
    const x = node.inputs[0]!;
    const y = node.outputs[0]!;
    const axes = [node.int('axis', -1)];
    const direction = node.int('p', 2) === 2 ? y : g.emit('Sign', [x]);
    const norm = node.int('p', 2) === 2
      ? g.emit('Sqrt', [g.reduceSum(g.mul(x, x), axes, true)])
      : g.reduceSum(g.emit('Abs', [x]), axes, true);
    const along = g.mul(direction, g.reduceSum(g.mul(y, gradient), axes, true));
    return [g.div(g.sub(gradient, along), norm)];
  },
};

export const normalizationRules: GradientRules = {
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  SimplifiedLayerNormalization: rmsNormalization,
  InstanceNormalization: picturewise((channels) => channels),
  GroupNormalization: picturewise((_, node) => node.int('num_groups', 1)),
  LpNormalization: lpNormalization,
};
