/** What a layer may be stored and computed as, when each layer has its own. */

import type { Target } from '../../../targets/target.ts';
import type { KeptLayer } from '../candidates.ts';

/**
 * int8, int4: weights of so many bits, computed in integers with 8-bit activations. The others compute in float: all of
 * it, or with weights that are stored as float16 or as integers of 16, 8 or 4 bits. int8-a16: int8 weights with 16-bit
 * activations, where accelerators have that; as small as int8, nearer and slower, so only on request.
 */
export const precisions = [
  'float', 'fp16', 'int16-weights', 'int8-weights', 'int8-a16', 'int8', 'int4-weights', 'int4',
] as const;

export type Precision = (typeof precisions)[number];

const chosen = 'chosen for the budget';

const kept: Readonly<Record<Precision, KeptLayer>> = {
  'float': { mode: 'float', reason: chosen },
  'fp16': { mode: 'weights', weights: 'float16', reason: chosen },
  'int16-weights': { mode: 'weights', weights: 'int16', reason: chosen },
  'int8-weights': { mode: 'weights', weights: 'int8', reason: chosen },
  'int8-a16': { mode: 'int8', weights: 'int8', activations: 'uint16', reason: chosen },
  'int8': { mode: 'int8', weights: 'int8', reason: chosen },
  'int4-weights': { mode: 'weights', weights: 'int4', reason: chosen },
  'int4': { mode: 'int8', weights: 'int4', reason: chosen },
};

/** How the candidate maker is told of a precision. */
export function keptAs(precision: Precision): KeptLayer {
  return kept[precision];
}

/** `true` where the layer computes with integers. */
export function isInteger(precision: Precision): boolean {
  return kept[precision].mode === 'int8';
}

/** Those that the target runs, of the ones asked for. */
export function precisionsFor(target: Target, asked: readonly Precision[] = unasked): Precision[] {
  // Without integer kernels the pairs around a layer only cost time.
  return asked.filter((precision) =>
    (target.runsInt8 || !isInteger(precision))
    && (precision !== 'int8-a16' || target.activationTypes.includes('uint16')));
}

const unasked = precisions.filter((precision) => precision !== 'int8-a16');
