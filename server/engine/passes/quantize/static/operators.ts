/**
 * How each operator behaves between QuantizeLinear and DequantizeLinear nodes, so that onnxruntime replaces the group
 * by one integer kernel. The sets follow the selectors of onnxruntime's CPU provider
 * (onnxruntime/core/optimizer/qdq_transformer/selectors_actions, version 1.30); an operator that is not listed stays
 * float.
 */

import type { Constants } from '../../../model/constants.ts';
import type { Node } from '../../../model/node.ts';
import { convLayout, matrixLayout, type WeightLayout } from '../weights.ts';

/** A layer with weights: the reason to quantize at all. */
export interface ComputeRole {
  readonly kind: 'compute';
  /** Index of the data input. */
  readonly data: number;
  /** Index of the constant weight. */
  readonly weight: number;
  /** Index of the constant bias, when the node has one. */
  readonly bias: number | undefined;
  /** Axis of the weight that holds output channels. */
  readonly channelAxis: number;
  readonly layout: WeightLayout;
  /** Spatial size of a convolution's kernel; empty for matrices. */
  readonly kernel: readonly number[];
  /** Without a QuantizeLinear behind it the integer kernel gives float, at full precision. */
  readonly floatOutput: boolean;
  /** `true` where each sum runs over neighbouring products that a processor may add in 16 bits. */
  readonly pairwise: boolean;
}

/** A layer that computes on several values and has an integer kernel: worth quantizing between quantized layers. */
export interface ElementwiseRole {
  readonly kind: 'elementwise';
  /** Indices of the inputs to quantize; constants among them get their own parameters. */
  readonly data: readonly number[];
  /** Output range by definition, whatever was seen. */
  readonly fixedRange?: { readonly min: number; readonly max: number };
}

/** Moves values without computing: input and output share scale and zero point, and the pairs around it vanish. */
export interface MovingRole {
  readonly kind: 'moving';
  readonly data: number;
}

/** Clamps: absorbed by the QuantizeLinear behind it when its range starts and ends where the codes do. */
export interface ClampRole {
  readonly kind: 'clamp';
  readonly data: number;
  readonly min: number;
  readonly max: number;
}

export type Role = ComputeRole | ElementwiseRole | MovingRole | ClampRole;

const binary = ['Add', 'Mul'];
const unary = ['LeakyRelu', 'AveragePool', 'GlobalAveragePool'];
const moving = [
  'MaxPool',
  'Reshape',
  'Flatten',
  'Transpose',
  'Squeeze',
  'Unsqueeze',
  'Identity',
  'Slice',
  'Split',
  'Gather',
  'DepthToSpace',
  'Expand',
];

/** What the node is to static quantization; undefined when it must stay float. */
export function roleOf(node: Node, constants: Constants): Role | undefined {
  if (node.is('Conv')) return convRole(node, constants);
  if (node.is('Gemm')) return gemmRole(node, constants);
  if (node.is('MatMul')) return matMulRole(node, constants);
  if (node.is(...binary)) return { kind: 'elementwise', data: [0, 1] };
  if (node.is(...unary)) return { kind: 'elementwise', data: [0] };
  if (node.is('Sigmoid')) return { kind: 'elementwise', data: [0], fixedRange: { min: 0, max: 1 } };
  if (node.is('Concat')) return { kind: 'elementwise', data: node.inputs.map((_, i) => i) };
  if (node.is('Relu')) return { kind: 'clamp', data: 0, min: 0, max: Infinity };
  if (node.is('Clip')) return clipRole(node, constants);
  if (node.is('Resize') && node.string('mode', 'nearest') === 'nearest') return { kind: 'moving', data: 0 };
  // Its second output, the places of the largest values, is an integer already.
  if (node.is('MaxPool') && node.outputs.length > 1) return undefined;
  if (node.is(...moving)) return { kind: 'moving', data: 0 };
  return undefined;
}

function floatConstant(constants: Constants, value: string | undefined, rank?: number): readonly number[] | undefined {
  const tensor = constants.tensor(value);
  if (tensor?.dtype !== 'float32' || (rank !== undefined && tensor.dims.length !== rank)) return undefined;
  return tensor.dims;
}

function convRole(node: Node, constants: Constants): ComputeRole | undefined {
  const weight = floatConstant(constants, node.input(1));
  if (!weight || weight.length < 3 || weight.length > 4) return undefined;
  const bias = node.input(2);
  if (bias && !floatConstant(constants, bias, 1)) return undefined;
  // onnxruntime has an own kernel, with 32-bit sums, only where every channel is convolved alone.
  const depthwise = weight[1] === 1 && node.int('group', 1) === weight[0];
  return {
    kind: 'compute',
    data: 0,
    weight: 1,
    bias: bias ? 2 : undefined,
    channelAxis: 0,
    layout: convLayout(weight),
    kernel: weight.slice(2),
    floatOutput: false,
    pairwise: !depthwise,
  };
}

function gemmRole(node: Node, constants: Constants): ComputeRole | undefined {
  const weight = floatConstant(constants, node.input(1), 2);
  if (!weight || node.int('transA', 0) !== 0 || node.float('beta', 1) !== 1 || node.float('alpha', 1) !== 1) {
    return undefined;
  }
  const bias = node.input(2);
  const channels = node.int('transB', 0) ? weight[0] : weight[1];
  const biasDims = bias ? floatConstant(constants, bias) : undefined;
  if (bias && (biasDims?.length !== 1 || biasDims[0] !== channels)) return undefined;
  const transposed = node.int('transB', 0) !== 0;
  return {
    kind: 'compute',
    data: 0,
    weight: 1,
    bias: bias ? 2 : undefined,
    channelAxis: transposed ? 0 : 1,
    layout: matrixLayout(weight, transposed),
    kernel: [],
    floatOutput: true,
    pairwise: true,
  };
}

function matMulRole(node: Node, constants: Constants): ComputeRole | undefined {
  const weight = floatConstant(constants, node.input(1), 2);
  if (!weight) return undefined;
  return {
    kind: 'compute',
    data: 0,
    weight: 1,
    bias: undefined,
    channelAxis: 1,
    layout: matrixLayout(weight, false),
    kernel: [],
    floatOutput: true,
    pairwise: true,
  };
}

/** Clip with constant bounds, from attributes (opset below 11) or inputs. */
function clipRole(node: Node, constants: Constants): ClampRole | undefined {
  const bound = (index: number, attribute: string, fallback: number): number | undefined => {
    const value = node.input(index);
    if (!value) return node.float(attribute, fallback);
    return constants.tensor(value)?.toNumbers()[0];
  };
  const min = bound(1, 'min', -Infinity);
  const max = bound(2, 'max', Infinity);
  return min === undefined || max === undefined ? undefined : { kind: 'clamp', data: 0, min, max };
}
