/** Rounding a layer whose float outputs are known: how far its weights may move first is decided on held-out data. */

import { dequantize, type BlockGrid, type BlockWeights, type WeightMatrix } from './block-weights.ts';
import { defaultGptq, gptq } from './gptq.ts';
import { fitError, refitted, type LayerFit } from './layer-fit.ts';
import type { RoundedLayer } from './round-layer.ts';

export interface Fits {
  /** Of one half of the data, of the other, and of all. */
  readonly fitted: LayerFit;
  readonly heldOut: LayerFit;
  readonly all: LayerFit;
}

/** How strongly fitted weights are drawn to the original ones; the last leaves them where they are. */
const pulls = [0.003, 0.03, 0.3, Infinity];

export function roundFitted(matrix: WeightMatrix, grid: BlockGrid, { fitted, heldOut, all }: Fits): RoundedLayer {
  const round = (pull: number, fit: LayerFit): BlockWeights => {
    const start = pull === Infinity ? matrix : refitted(matrix, fit, pull);
    return gptq(start, grid, fit.moments, defaultGptq);
  };
  let leastError = Infinity;
  let chosen = Infinity;
  for (const pull of pulls) {
    const error = fitError(heldOut, dequantize(round(pull, fitted)));
    if (error >= leastError) continue;
    leastError = error;
    chosen = pull;
  }
  return { weights: round(chosen, all), name: chosen === Infinity ? 'GPTQ' : 'GPTQ, fitted' };
}
