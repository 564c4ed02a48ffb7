/** Quantized weights of one search, kept so that candidates that differ elsewhere do not compute them again. */

import type { Tensor } from '../../model/tensor.ts';
import type { GramResult } from '../../runtime/observers/gram.ts';
import { roundWithFeedback } from './error-feedback.ts';
import { quantizeWeights, type QuantizedWeights, type WeightLayout, type WeightOptions } from './weights.ts';

export class WeightStore {
  private readonly known = new Map<string, QuantizedWeights>();

  /**
   * The codes of `weight`; computed once for the same options.
   *
   * @param gram second moments of the layer's input: with them rounding is done with error feedback
   */
  quantize(weight: Tensor, layout: WeightLayout, options: WeightOptions, gram?: GramResult): QuantizedWeights {
    // Bounds from biases almost never bind, and then they do not change the codes.
    const bound = options.minimumScale?.some((s) => s > 1e-9) ? Array.from(options.minimumScale).join() : '';
    const { type, perChannel, pairSafe, search } = options;
    const key = `${weight.name}|${layout.channels}|${type}|${perChannel}|${pairSafe}|${search}|${bound}|${gram?.tap}`;
    let quantized = this.known.get(key);
    if (!quantized) {
      const values = weight.toFloat32();
      quantized = quantizeWeights(values, layout, options);
      if (gram) quantized = roundWithFeedback(values, layout, quantized, gram, options.pairSafe);
      this.known.set(key, quantized);
    }
    return quantized;
  }
}
