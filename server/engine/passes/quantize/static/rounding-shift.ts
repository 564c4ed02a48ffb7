/** Bias correction in closed form: what rounding the weights adds to the mean of each output channel. */

import type { Node } from '../../../model/node.ts';
import type { QuantizedWeights } from '../weights.ts';
import type { ComputeRole } from './operators.ts';

/**
 * [channels] mean of the output error that rounding the weights causes: sum of (w - ŵ)·E[x] over each channel's
 * inputs. Zero padding at the borders is neglected. Source: Nagel et al. 2019, "Data-Free Quantization", section 4.2.
 */
export function roundingShift(
  weight: Float32Array,
  quantized: QuantizedWeights,
  role: ComputeRole,
  node: Node,
  means: Float64Array,
): Float64Array | undefined {
  const { layout } = role;
  const group = node.int('group', 1);
  const convolution = node.is('Conv');
  const inputsPerGroup = convolution ? means.length / group : means.length;
  if (!Number.isInteger(inputsPerGroup) || layout.reduction % inputsPerGroup !== 0) return undefined;
  const channelsPerGroup = layout.channels / group;
  const shift = new Float64Array(layout.channels);
  for (let channel = 0; channel < layout.channels; channel++) {
    const scale = quantized.scales[quantized.scales.length > 1 ? channel : 0]!;
    const firstInput = convolution ? Math.floor(channel / channelsPerGroup) * inputsPerGroup : 0;
    let sum = 0;
    for (let k = 0; k < layout.reduction; k++) {
      const at = layout.index(channel, k);
      const error = weight[at]! - (quantized.codes[at]! - quantized.zeroPoint) * scale;
      sum += error * means[firstInput + (k % inputsPerGroup)]!;
    }
    // An input that was once infinite or not a number has no mean to go by.
    shift[channel] = Number.isFinite(sum) ? sum : 0;
  }
  return shift;
}
