/**
 * float16 weights rounded by what they do to the output of the layer: the same coordinate descent as for integer codes
 * (`rounding-descent.ts`), with the distance to the next float16 number as the step of each weight.
 */

import type { GramBlock, GramResult } from '../../runtime/observers/gram.ts';
import { decodeSmallFloats, encodeSmallFloats } from '../../tensor/float-formats.ts';
import type { WeightLayout } from './weights.ts';

const mostRounds = 4;
/** Share of a weight's own error below which a gain is rounding noise of this computation. */
const smallestGain = 1e-9;
/** Share of the mean diagonal that is added to it: inputs that hardly vary must not drag others along. */
const damping = 0.01;

/**
 * Patterns of float16 numbers for `values`, in their order.
 *
 * @param gram of the layer's input
 */
export function roundToHalves(values: Float32Array, layout: WeightLayout, gram: GramResult): Uint16Array {
  const patterns = encodeSmallFloats('float16', values);
  const table = decodeSmallFloats('float16', Uint16Array.from({ length: 2 ** 16 }, (_, i) => i));
  const groups = gram.blocks.map((blocks) => blocks.map(symmetric));
  const perGroup = layout.channels / groups.length;
  const errors = new Float64Array(layout.reduction);
  const places = new Int32Array(layout.reduction);
  for (let channel = 0; channel < layout.channels; channel++) {
    for (let k = 0; k < layout.reduction; k++) {
      const at = layout.index(channel, k);
      places[k] = at;
      errors[k] = values[at]! - table[patterns[at]!]!;
    }
    for (const block of groups[Math.floor(channel / perGroup)]!) descend(patterns, places, errors, block, table);
  }
  return patterns;
}

/** The whole matrix of a block, damped. */
function symmetric({ start, size, sums }: GramBlock): GramBlock {
  const full = new Float64Array(size * size);
  let trace = 0;
  for (let i = 0; i < size; i++) {
    trace += sums[i * size + i]!;
    for (let j = i; j < size; j++) full[i * size + j] = full[j * size + i] = sums[i * size + j]!;
  }
  const added = trace > 0 ? (damping * trace) / size : 1;
  for (let i = 0; i < size; i++) full[i * size + i]! += added;
  return { start, size, sums: full };
}

/** Moves numbers to their neighbours as long as the output errs less. */
function descend(
  patterns: Uint16Array,
  places: Int32Array,
  errors: Float64Array,
  { start, size, sums }: GramBlock,
  table: Float32Array,
): void {
  const gradient = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) gradient[i]! += sums[i * size + j]! * errors[start + j]!;
  }
  for (let round = 0; round < mostRounds; round++) {
    let changed = false;
    for (let i = 0; i < size; i++) {
      const at = places[start + i]!;
      const now = table[patterns[at]!]!;
      // Numbers of one sign lie in the order of their patterns. Zero stays: its neighbours have two signs.
      if (now === 0) continue;
      const next = patterns[at]! + (gradient[i]! > 0 === now > 0 ? 1 : -1);
      const step = table[next]! - now;
      const own = sums[i * size + i]! * step * step;
      const gain = 2 * step * gradient[i]! - own;
      if (!(gain > smallestGain * own)) continue;
      patterns[at] = next;
      errors[start + i]! -= step;
      changed = true;
      for (let j = 0; j < size; j++) gradient[j]! -= step * sums[i * size + j]!;
    }
    if (!changed) return;
  }
}
