/**
 * Operators that only scale and shift each channel: y = factor * x + shift, computed in double precision. Batch norm in
 * inference is one (Ioffe and Szegedy 2015, section 3.1), arithmetic with a constant per channel another.
 */

import type { Node } from '../../model/node.ts';
import type { Tensor } from '../../model/tensor.ts';
import { doubles } from './doubles.ts';
import type { FoldScope } from './scope.ts';

/** Numbers per channel, or one for all. */
export type PerChannel = Float64Array;

export interface Affine {
  readonly node: Node;
  /** The value that is scaled and shifted. */
  readonly input: string;
  readonly factor: PerChannel;
  readonly shift: PerChannel;
}

/** Where the channels of a value are. */
export interface ChannelAxis {
  /** Rank of the value. */
  readonly rank: number;
  readonly axis: number;
  readonly channels: number;
}

export const affineOperators = ['BatchNormalization', 'Add', 'Sub', 'Mul', 'Div'] as const;

/** What `node` does to a value with these channels; undefined when it is nothing of the kind, or not in float. */
export function affineOf(node: Node, scope: FoldScope, at: ChannelAxis): Affine | undefined {
  if (node.is('BatchNormalization')) return batchNorm(node, scope, at);
  return node.is(...affineOperators) ? arithmetic(node, scope, at) : undefined;
}

/** Number `i` of a list of one or of all channels. */
export function channel(values: PerChannel, i: number): number {
  return values[values.length === 1 ? 0 : i]!;
}

function batchNorm(node: Node, scope: FoldScope, { axis, channels }: ChannelAxis): Affine | undefined {
  if (axis !== 1 || !isInference(node, scope)) return undefined;
  const input = node.input(0);
  const parameters = node.inputs.slice(1, 5).map((name) => {
    const tensor = scope.constant(name);
    const values = tensor && doubles(tensor);
    return values?.length === channels ? values : undefined;
  });
  const [scale, bias, mean, variance] = parameters;
  if (input === undefined || !scale || !bias || !mean || !variance) return undefined;
  const epsilon = Math.fround(node.float('epsilon', 1e-5));
  const factor = scale.map((value, i) => value / Math.sqrt(variance[i]! + epsilon));
  return { node, input, factor, shift: bias.map((value, i) => value - mean[i]! * factor[i]!) };
}

function isInference(node: Node, scope: FoldScope): boolean {
  if (node.int('training_mode', 0) !== 0 || node.int('spatial', 1) === 0) return false;
  if (scope.opset < 7 && node.int('is_test', 0) === 0) return false;
  return node.outputs.slice(1).every((output) => scope.isUnused(output));
}

function arithmetic(node: Node, scope: FoldScope, at: ChannelAxis): Affine | undefined {
  // Before opset 7 attributes said how to broadcast.
  if (scope.opset < 7) return undefined;
  for (const side of [1, 0]) {
    const input = node.input(1 - side);
    const constant = scope.constant(node.input(side));
    const values = constant && perChannel(constant, at);
    if (input === undefined || !values || scope.constant(input)) continue;
    const affine = withConstant(node.opType, values, side);
    return affine && { node, input, ...affine };
  }
  return undefined;
}

const one = Float64Array.of(1);
const zero = Float64Array.of(0);

/** @param side input at which the constant stands */
function withConstant(opType: string, c: PerChannel, side: number): Pick<Affine, 'factor' | 'shift'> | undefined {
  switch (opType) {
    case 'Add':
      return { factor: one, shift: c };
    case 'Sub':
      return side === 1 ? { factor: one, shift: c.map((v) => -v) } : { factor: Float64Array.of(-1), shift: c };
    case 'Mul':
      return { factor: c, shift: zero };
    case 'Div':
      return side === 1 ? { factor: c.map((v) => 1 / v), shift: zero } : undefined;
    default:
      return undefined;
  }
}

/** The numbers of a constant that is spread along all axes but the channels'; undefined when it changes the shape. */
function perChannel(tensor: Tensor, { rank, axis, channels }: ChannelAxis): PerChannel | undefined {
  const missing = rank - tensor.dims.length;
  if (missing < 0) return undefined;
  const fits = tensor.dims.every((dim, i) => dim === 1 || (i + missing === axis && dim === channels));
  return fits ? doubles(tensor) : undefined;
}
