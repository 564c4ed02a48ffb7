/** How many of the zeros of a model each layer gets. */

import type { SparseLayer } from './sparse-layer.ts';

export type Distribution = 'layer' | 'global' | 'erk' | 'lamp';

/** What is left of a layer that would otherwise lose all of its weights, as a share. */
const fewestLeft = 0.02;

/**
 * @param magnitudes by layer: absolute weights
 * @param ratio of zeros over all of the layers
 * @returns the ratio of zeros of each layer, in their order
 */
export function distribute(
  layers: readonly Pick<SparseLayer, 'channels' | 'tensor'>[],
  magnitudes: readonly Float64Array[],
  ratio: number,
  how: Distribution,
): number[] {
  switch (how) {
    case 'layer':
      return layers.map(() => ratio);
    case 'erk':
      return erdosRenyi(layers.map(({ tensor }) => tensor.dims), ratio);
    case 'global':
      return belowOneLimit(magnitudes, ratio);
    case 'lamp':
      return belowOneLimit(magnitudes.map(lampScores), ratio);
  }
}

/**
 * Erdős-Rényi-Kernel: the density of a layer is proportional to the sum of its dimensions over their product, at most
 * 1 (Evci et al., "Rigging the lottery", 2020).
 */
function erdosRenyi(shapes: readonly (readonly number[])[], ratio: number): number[] {
  const sizes = shapes.map((dims) => dims.reduce((a, b) => a * b, 1));
  const raw = shapes.map((dims, i) => dims.reduce((a, b) => a + b, 0) / sizes[i]!);
  const full = new Set<number>();
  const wanted = sizes.reduce((a, b) => a + b, 0) * (1 - ratio);
  for (;;) {
    let left = wanted;
    let share = 0;
    for (const [i, size] of sizes.entries()) {
      if (full.has(i)) left -= size;
      else share += raw[i]! * size;
    }
    const scale = share > 0 ? Math.max(0, left) / share : 0;
    const over = raw.findIndex((value, i) => !full.has(i) && value * scale > 1);
    if (over < 0) return raw.map((value, i) => (full.has(i) ? 0 : 1 - value * scale));
    full.add(over);
  }
}

/** One limit for the scores of all layers. */
function belowOneLimit(scores: readonly Float64Array[], ratio: number): number[] {
  const all = new Float64Array(scores.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const layer of scores) {
    all.set(layer, at);
    at += layer.length;
  }
  all.sort();
  const limit = all[Math.min(all.length - 1, Math.round(ratio * all.length))] ?? 0;
  return scores.map((layer) => {
    let below = 0;
    for (const score of layer) if (score < limit) below += 1;
    return Math.min(1 - fewestLeft, below / Math.max(1, layer.length));
  });
}

/** A weight's square over the sum of all squares of the layer that are not smaller (Lee et al., LAMP, 2021). */
function lampScores(magnitudes: Float64Array): Float64Array {
  const squares = magnitudes.map((value) => value * value).sort();
  let rest = 0;
  for (let i = squares.length - 1; i >= 0; i--) {
    rest += squares[i]!;
    squares[i] = rest > 0 ? squares[i]! / rest : 0;
  }
  return squares;
}
