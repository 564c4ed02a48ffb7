/** Quantized weights of one search, kept so that candidates that differ elsewhere do not compute them again. */

import type { Tensor } from '../../model/tensor.ts';
import type { GramResult } from '../../runtime/observers/gram.ts';
import { roundWithFeedback } from './error-feedback.ts';
import { quantizeWeights, type QuantizedWeights, type WeightLayout, type WeightOptions } from './weights.ts';

/** Whether every scale is at least as large as it must be. */
export function respects({ scales }: QuantizedWeights, minimumScale: Float32Array | undefined): boolean {
  return minimumScale?.every((minimum, i) => scales[i]! >= minimum) ?? true;
}

export class WeightStore {
  private readonly known = new Map<string, QuantizedWeights>();

  /**
   * The codes of `weight`; computed once for the same options.
   *
   * @param gram second moments of the layer's input: with them rounding is done with error feedback
   */
  quantize(weight: Tensor, layout: WeightLayout, options: WeightOptions, gram?: GramResult): QuantizedWeights {
    const { minimumScale, ...free } = options;
    // Bounds from biases almost never bind, and then they do not change the codes.
    const quantized = this.once(weight, layout, free, gram);
    return respects(quantized, minimumScale) ? quantized : this.once(weight, layout, options, gram);
  }

  private once(weight: Tensor, layout: WeightLayout, options: WeightOptions, gram?: GramResult): QuantizedWeights {
    const { type, perChannel, pairSafe, search, rounding = 'feedback', minimumScale = [] } = options;
    // Two steps in the tensor tell a square matrix from its transpose.
    const steps = [layout.channels, layout.index(1, 0), layout.index(0, 1)].join();
    const how = gram && [rounding, gram.tap].join(':');
    const key = [weight.name, steps, type, perChannel, pairSafe, search, minimumScale.join(), how].join('|');
    let quantized = this.known.get(key);
    if (!quantized) {
      const values = weight.toFloat32();
      quantized = quantizeWeights(values, layout, options);
      if (gram && rounding !== 'nearest') quantized = roundWithFeedback(values, layout, quantized, gram, options);
      this.known.set(key, quantized);
    }
    return quantized;
  }
}
