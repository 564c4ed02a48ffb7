/** Weights that pruning set to zero: training must not bring them back. */

import type { Model } from '../../model/model.ts';

/** A weight with a larger share of zeros was pruned; a few zeros are chance. */
const prunedShare = 0.1;

/** By initializer: 0 where a weight is zero and stays so. Empty for a network that is not sparse. */
export function zeroMasks(model: Model): Map<string, Uint8Array> {
  const masks = new Map<string, Uint8Array>();
  for (const [name, tensor] of model.graph.initializers) {
    if (tensor.dtype !== 'float32' || tensor.dims.length < 2) continue;
    const values = tensor.toFloat32();
    const mask = new Uint8Array(values.length);
    let zeros = 0;
    for (let i = 0; i < values.length; i++) {
      if (values[i] === 0) zeros += 1;
      else mask[i] = 1;
    }
    if (zeros > prunedShare * values.length) masks.set(name, mask);
  }
  return masks;
}
