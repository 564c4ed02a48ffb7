/** Whether the int8 weights of a layer can overflow processors that add pairs of products in 16 bits. */

import type { Node } from '../model/node.ts';
import type { Tensor } from '../model/tensor.ts';

/** 255 · (a + b) fits 16 bits up to 32,767 / 255 = 128.5. */
const largestPairSum = 128;

/**
 * `true` when some pair of weights that `vpmaddubsw` multiplies and adds together (positions 2i and 2i + 1 of a sum)
 * overflows 16 bits with the largest uint8 activations. Weights of type uint8 are not multiplied by that instruction.
 */
export function mayLayerSaturate(node: Node, weight: Tensor): boolean {
  if (weight.dtype !== 'int8') return false;
  const values = weight.values() as Int8Array;
  if (node.opType.includes('Conv')) {
    const [outputs = 1, inputs = 1, ...kernel] = weight.dims;
    // Depthwise convolutions have a kernel of their own, which multiplies in 32 bits.
    if (inputs === 1 && node.int('group', 1) === outputs) return false;
    const taps = kernel.reduce((a, b) => a * b, 1);
    // Convolutions run on channels-last data: a sum goes over the input channels first, then over the kernel.
    return somePairs(values, outputs, inputs * taps, (channel, k) =>
      (channel * inputs + (k % inputs)) * taps + Math.floor(k / inputs));
  }
  const [rows = 1, columns = 1] = weight.dims.slice(-2);
  const matrices = values.length / Math.max(1, rows * columns);
  const transposed = node.is('Gemm') && node.int('transB', 0) === 1;
  for (let m = 0; m < matrices; m++) {
    const matrix = values.subarray(m * rows * columns, (m + 1) * rows * columns);
    const saturates = transposed
      ? somePairs(matrix, rows, columns, (channel, k) => channel * columns + k)
      : somePairs(matrix, columns, rows, (channel, k) => k * columns + channel);
    if (saturates) return true;
  }
  return false;
}

function somePairs(
  values: Int8Array,
  channels: number,
  length: number,
  at: (channel: number, k: number) => number,
): boolean {
  for (let channel = 0; channel < channels; channel++) {
    for (let k = 0; k + 1 < length; k += 2) {
      const sum = values[at(channel, k)]! + values[at(channel, k + 1)]!;
      if (sum > largestPairSum || sum < -largestPairSum) return true;
    }
  }
  return false;
}
