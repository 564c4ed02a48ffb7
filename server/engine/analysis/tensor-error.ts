/** How far one constant is from another of the same shape, element by element. */

import type { TensorError } from '../../../protocol/model.ts';
import type { Tensor } from '../model/tensor.ts';
import { eachChunk, elements } from './tensor-chunks.ts';

/**
 * `changed` against `reference`, both of numbers and of one shape. Elements that are not finite in one of them are
 * left out. SQNR is 10 log10 of the mean square of the reference over that of the difference.
 *
 * @throws LatheError `CANCELLED`, and what reading throws
 */
export async function tensorError(reference: Tensor, changed: Tensor, signal?: AbortSignal): Promise<TensorError> {
  let [compared, equal, energy, noise, maxAbs, worst] = [0, 0, 0, 0, 0, -1];
  await eachChunk(reference, signal, (before, from) => {
    const after = elements(changed, from, before.length);
    for (let i = 0; i < before.length; i++) {
      const difference = after[i]! - before[i]!;
      if (!Number.isFinite(difference)) continue;
      compared += 1;
      if (difference === 0) equal += 1;
      energy += before[i]! * before[i]!;
      noise += difference * difference;
      if (Math.abs(difference) <= maxAbs) continue;
      maxAbs = Math.abs(difference);
      worst = from + i;
    }
  });
  return {
    elements: reference.size,
    compared,
    equal,
    rmse: compared === 0 ? 0 : Math.sqrt(noise / compared),
    maxAbs,
    sqnrDb: energy > 0 && noise > 0 ? 10 * Math.log10(energy / noise) : null,
    worst: worst < 0 ? null : {
      index: indexOf(worst, reference.dims),
      before: elementAt(reference, worst),
      after: elementAt(changed, worst),
    },
  };
}

/** Index along each axis of the element at `place` in the order of memory. */
function indexOf(place: number, dims: readonly number[]): number[] {
  const index: number[] = [];
  let rest = place;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    index.unshift(rest % dims[axis]!);
    rest = Math.floor(rest / dims[axis]!);
  }
  return index;
}

function elementAt(tensor: Tensor, place: number): number {
  const start = place - place % 8;
  return Number(elements(tensor, start, place - start + 1)[place - start]);
}
