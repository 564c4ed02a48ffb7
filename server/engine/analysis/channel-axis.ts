/** Along which axis of a constant its operator's output channels lie. */

import type { Node } from '../model/node.ts';

/** By operator: the inputs with weights, and the axis of the output channels there. */
const axes: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  Conv: { 1: 0 },
  ConvInteger: { 1: 0 },
  FusedConv: { 1: 0 },
  QLinearConv: { 3: 0 },
  ConvTranspose: { 1: 1 },
  LSTM: { 1: 1, 2: 1 },
  GRU: { 1: 1, 2: 1 },
  RNN: { 1: 1, 2: 1 },
  Gather: { 0: 1 },
  MatMulNBits: { 1: 0 },
};

/**
 * The axis for input `index` of `node`, a constant of shape `dims`; undefined where it has no output channels.
 *
 * @param behind the operator that reads the dequantized constant, where `node` dequantizes it
 */
export function channelAxis(node: Node, index: number, dims: readonly number[], behind?: Node): number | undefined {
  if (dims.length < 2) return undefined;
  const { opType } = node;
  if (opType === 'DequantizeLinear' && index === 0) {
    const input = behind?.inputs.indexOf(node.outputs[0] ?? '') ?? -1;
    return behind && input >= 0 ? channelAxis(behind, input, dims) : undefined;
  }
  if (opType === 'Gemm' && index === 1) return node.int('transB', 0) === 0 ? 1 : 0;
  if (opType.startsWith('MatMul') && opType !== 'MatMulNBits' && index === 1) return dims.length - 1;
  return axes[opType]?.[index];
}
