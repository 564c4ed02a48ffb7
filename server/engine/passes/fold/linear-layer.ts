/**
 * Layers that are linear in their input: Conv, ConvTranspose, Gemm and MatMul with constant weights. Scales of their
 * inputs and outputs can move into the weights.
 */

import type { Node } from '../../model/node.ts';
import type { Tensor } from '../../model/tensor.ts';
import { elementCount } from '../../tensor/dtype.ts';
import { channel, type ChannelAxis, type PerChannel } from './affine.ts';
import { doubles, isComputedType, rounded } from './doubles.ts';
import type { FoldScope } from './scope.ts';

export const linearOperators = ['Conv', 'ConvTranspose', 'Gemm', 'MatMul'] as const;

export interface LinearLayer {
  readonly node: Node;
  readonly weight: Tensor;
  /** Name under which the weight is known. */
  readonly weightName: string;
  /** For each weight, the channel of the output that it adds to. */
  readonly outputOf: (index: number) => number;
  /** For each weight, the channel of the input that it multiplies. */
  readonly inputOf: (index: number) => number;
  /** Channels of the output; for MatMul of unknown rank the rank is 1, the least that it can be. */
  readonly output: ChannelAxis;
  readonly input: ChannelAxis;
  /** Index of the input that holds the bias; MatMul has none. */
  readonly biasInput: number | undefined;
  /** What the layer multiplies its products by besides (Gemm's alpha). */
  readonly alpha: number;
}

/** `node` as a linear layer; undefined when it is none, or its weights are not constant floats of its own. */
export function linearLayer(node: Node | undefined, scope: FoldScope): LinearLayer | undefined {
  if (!node?.is(...linearOperators)) return undefined;
  const weightName = node.input(1);
  const weight = scope.constant(weightName);
  // A weight that others read too would have to be stored twice.
  if (weightName === undefined || !weight || !isComputedType(weight.dtype)) return undefined;
  if (!scope.isOnlyFor(weightName, node) || weight.size === 0) return undefined;
  const layout = layoutOf(node, weight, scope);
  return layout && { node, weight, weightName, alpha: 1, ...layout };
}

type Layout = Omit<LinearLayer, 'node' | 'weight' | 'weightName' | 'alpha'> & { readonly alpha?: number };

function layoutOf(node: Node, weight: Tensor, scope: FoldScope): Layout | undefined {
  switch (node.opType) {
    case 'Conv':
      return convolution(node, weight);
    case 'ConvTranspose':
      return transposedConvolution(node, weight);
    case 'Gemm':
      return gemm(node, weight);
    default:
      return matMul(node, weight, scope);
  }
}

/** Weights are [outputs, inputs / groups, kernel…]. */
function convolution(node: Node, { dims }: Tensor): Layout | undefined {
  const [outputs, inputsPerGroup] = dims;
  if (outputs === undefined || inputsPerGroup === undefined) return undefined;
  const groups = node.int('group', 1);
  const kernel = elementCount(dims.slice(2));
  const outputsPerGroup = outputs / groups;
  const outputOf = (i: number): number => Math.floor(i / (inputsPerGroup * kernel));
  return {
    outputOf,
    inputOf: (i) =>
      Math.floor(outputOf(i) / outputsPerGroup) * inputsPerGroup + (Math.floor(i / kernel) % inputsPerGroup),
    output: { rank: dims.length, axis: 1, channels: outputs },
    input: { rank: dims.length, axis: 1, channels: inputsPerGroup * groups },
    biasInput: 2,
  };
}

/** Weights are [inputs, outputs / groups, kernel…]. */
function transposedConvolution(node: Node, { dims }: Tensor): Layout | undefined {
  const [inputs, outputsPerGroup] = dims;
  if (inputs === undefined || outputsPerGroup === undefined) return undefined;
  const groups = node.int('group', 1);
  const kernel = elementCount(dims.slice(2));
  const inputsPerGroup = inputs / groups;
  const inputOf = (i: number): number => Math.floor(i / (outputsPerGroup * kernel));
  return {
    inputOf,
    outputOf: (i) =>
      Math.floor(inputOf(i) / inputsPerGroup) * outputsPerGroup + (Math.floor(i / kernel) % outputsPerGroup),
    output: { rank: dims.length, axis: 1, channels: outputsPerGroup * groups },
    input: { rank: dims.length, axis: 1, channels: inputs },
    biasInput: 2,
  };
}

/** Weights are [inputs, outputs], or the other way round. */
function gemm(node: Node, { dims }: Tensor): Layout | undefined {
  if (dims.length !== 2 || node.int('transA', 0) !== 0) return undefined;
  const transposed = node.int('transB', 0) !== 0;
  const columns = dims[1]!;
  const row = (i: number): number => Math.floor(i / columns);
  const column = (i: number): number => i % columns;
  return {
    outputOf: transposed ? row : column,
    inputOf: transposed ? column : row,
    output: { rank: 2, axis: 1, channels: dims[transposed ? 0 : 1]! },
    input: { rank: 2, axis: 1, channels: dims[transposed ? 1 : 0]! },
    biasInput: 2,
    alpha: node.float('alpha', 1),
  };
}

/** Weights are [inputs, outputs]; the channels are the last axis of values of any rank. */
function matMul(node: Node, { dims }: Tensor, scope: FoldScope): Layout | undefined {
  if (dims.length !== 2) return undefined;
  const columns = dims[1]!;
  const rank = scope.shape(node.input(0))?.length ?? 1;
  return {
    outputOf: (i) => i % columns,
    inputOf: (i) => Math.floor(i / columns),
    output: { rank, axis: rank - 1, channels: columns },
    input: { rank, axis: rank - 1, channels: dims[0]! },
    biasInput: undefined,
  };
}

/** The weights times `factor` of their channel (output or input); undefined where a number would not fit the type. */
export function scaledWeight(
  layer: LinearLayer,
  of: (index: number) => number,
  factor: PerChannel,
): Tensor | undefined {
  const values = doubles(layer.weight)!;
  for (let i = 0; i < values.length; i++) values[i]! *= channel(factor, of(i));
  return rounded(layer.weightName, layer.weight.dtype, layer.weight.dims, values);
}

/** What shifting the inputs by `shift` adds to each output. */
export function shiftThroughWeight(layer: LinearLayer, shift: PerChannel): PerChannel {
  const sums = new Float64Array(layer.output.channels);
  const values = doubles(layer.weight)!;
  for (let i = 0; i < values.length; i++) {
    sums[layer.outputOf(i)]! += values[i]! * channel(shift, layer.inputOf(i)) * layer.alpha;
  }
  return sums;
}

/** The bias as one number per output or for all, Gemm's beta included; undefined when it is not constant. */
export function biasOf({ node, biasInput, output }: LinearLayer, scope: FoldScope): PerChannel | undefined {
  const name = biasInput === undefined ? undefined : node.input(biasInput);
  if (name === undefined) return Float64Array.of(0);
  const tensor = scope.constant(name);
  const values = tensor && doubles(tensor);
  // Gemm's may have a row for each row of the data: such a one is no bias.
  if (!values || (values.length !== 1 && values.length !== output.channels)) return undefined;
  if (tensor.dims.some((dim, i) => dim !== 1 && i !== tensor.dims.length - 1)) return undefined;
  const beta = node.is('Gemm') ? node.float('beta', 1) : 1;
  return values.map((value) => value * beta);
}

/** Stores a bias of one number per output. */
export function setBias(layer: LinearLayer, bias: Tensor, scope: FoldScope): void {
  layer.node.attributes.delete('beta');
  scope.putConstant(layer.node, layer.biasInput!, bias);
}
