/**
 * Lets the channels that stay make up for those removed: each removed channel is replaced by the combination of the
 * others that is nearest to it on the calibration data (least squares), which becomes part of the next layer's weights.
 * Positions in space share the combination, so it works for kernels of any size.
 */

import { Tensor } from '../../../model/tensor.ts';
import { cholesky, damped, solveCholesky } from '../linear-algebra.ts';
import type { ChannelMoments } from './observe-channels.ts';
import type { ChannelTracker, Consumed } from './tracker.ts';
import { viewAlong } from './weight-view.ts';

/** Keeps combinations small where the data say little. */
const damping = 1e-3;

/** New weights of the old shapes, by name, for the layers that read what is removed and were observed. */
export function reconstructed(
  tracker: ChannelTracker,
  removed: ReadonlySet<number>,
  moments: ReadonlyMap<string, ChannelMoments>,
): Map<string, Tensor> {
  const readers = new Map<string, number>();
  for (const { weight } of tracker.consumed) readers.set(weight, (readers.get(weight) ?? 0) + 1);
  const replaced = new Map<string, Tensor>();
  for (const use of tracker.consumed) {
    const seen = moments.get(use.value);
    const tensor = tracker.constant(use.weight);
    // A weight that two layers share cannot follow the data of both.
    if (!seen || tensor?.dtype !== 'float32' || readers.get(use.weight) !== 1) continue;
    const better = madeUpFor(use, tensor, seen, (element) => removed.has(tracker.classes.find(element)));
    if (better) replaced.set(use.weight, better);
  }
  return replaced;
}

function madeUpFor(
  { axis, weightAxis }: Consumed,
  tensor: Tensor,
  { length, matrix }: ChannelMoments,
  isGone: (element: number) => boolean,
): Tensor | undefined {
  const { values, outer, inner, length: own } = viewAlong(tensor, weightAxis);
  if (own !== length || axis.length !== length) return undefined;
  const gone: number[] = [];
  const kept: number[] = [];
  for (let i = 0; i < length; i++) (isGone(axis[i]!) ? gone : kept).push(i);
  if (gone.length === 0 || kept.length === 0) return undefined;
  const n = kept.length;
  const among = new Float64Array(n * n);
  for (let a = 0; a < n; a++) for (let b = 0; b < n; b++) among[a * n + b] = matrix[kept[a]! * length + kept[b]!]!;
  const factor = cholesky(damped(among, n, damping), n);
  if (!factor) return undefined;
  const result = values.slice();
  const shares = new Float64Array(n);
  for (const j of gone) {
    for (let a = 0; a < n; a++) shares[a] = matrix[kept[a]! * length + j]!;
    solveCholesky(factor, n, shares);
    for (let o = 0; o < outer; o++) {
      const base = o * length;
      for (let i = 0; i < inner; i++) {
        const weight = values[(base + j) * inner + i]!;
        if (weight === 0) continue;
        for (let a = 0; a < n; a++) result[(base + kept[a]!) * inner + i]! += weight * shares[a]!;
      }
    }
  }
  return Tensor.fromBytes(tensor.name, 'float32', tensor.dims, result);
}
