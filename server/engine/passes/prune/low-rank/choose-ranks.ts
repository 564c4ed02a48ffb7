/** Which layers are taken apart, how, and to what rank. */

import { patchShape } from '../../quantize/static/patches.ts';
import type { SparseLayer } from '../sparse/sparse-layer.ts';
import type { Factors, Split } from './factor.ts';

/** One way of taking a layer apart. */
export interface Cut {
  readonly factors: Factors;
  readonly rank: number;
  /** Share of the outputs' energy that is lost. */
  readonly error: number;
  /** Multiply-accumulates and parameters, as shares of the whole layer's. */
  readonly macs: number;
  readonly parameters: number;
}

/** What must be reached: the same share of each layer, an error of each, or a share of all of them together. */
export type RankGoal =
  | { readonly kind: 'ratio'; readonly ratio: number }
  | { readonly kind: 'error'; readonly most: number }
  | { readonly kind: 'total'; readonly of: 'macs' | 'parameters'; readonly share: number };

/** A layer, its possible cuts with the cheapest first, and what it costs whole. */
export interface LayerCuts {
  readonly cuts: readonly Cut[];
  readonly macs: number;
  readonly parameters: number;
}

/** Ranks that are tried, as shares of the rank at which nothing is saved any more. */
const shares = [0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/** Taking a layer apart has a price of its own: two calls, and the values between them. */
const mostMacs = 0.85;

/** The cuts of a layer that save something and that no other beats, the cheapest first. */
export function cutsOf(layer: SparseLayer, factors: readonly Factors[]): Cut[] {
  const all = factors.flatMap((one) => {
    const { macs, parameters } = costPerRank(layer, one.split);
    const even = 1 / Math.max(macs, parameters);
    const step = even >= 64 ? 8 : even >= 16 ? 4 : 1;
    const ranks = new Set(shares.map((share) => Math.max(step, Math.round((share * even) / step) * step)));
    return [...ranks].filter((rank) => rank <= one.mostRank && rank * macs <= mostMacs).map((rank): Cut => ({
      factors: one, rank, error: one.error(rank), macs: rank * macs, parameters: rank * parameters,
    }));
  });
  return all.filter((cut) => !all.some((other) => other.macs < cut.macs && other.error <= cut.error))
    .sort((a, b) => a.macs - b.macs);
}

/** What one rank costs, as a share of the whole layer. */
function costPerRank(layer: SparseLayer, split: Split): { readonly macs: number; readonly parameters: number } {
  const { channels, reduction, role, node, neighbours } = layer;
  const whole = channels * reduction;
  if (split === 'channels') {
    const both = (channels + reduction) / whole;
    return { macs: both, parameters: both };
  }
  const [height, width] = role.kernel as [number, number];
  const strides = patchShape(node, role)?.strides ?? [1, 1];
  const first = neighbours * height;
  const second = channels * width;
  // The first of the two runs over all columns of the picture.
  return { macs: (first * strides[1]! + second) / whole, parameters: (first + second) / whole };
}

/** The cut for each layer; undefined where it stays whole. */
export function chooseCuts(layers: readonly LayerCuts[], goal: RankGoal): (Cut | undefined)[] {
  switch (goal.kind) {
    case 'ratio':
      return layers.map(({ cuts }) => cuts.findLast((cut) => cut.parameters <= 1 - goal.ratio));
    case 'error':
      return layers.map(({ cuts }) => cuts.find((cut) => cut.error <= goal.most));
    case 'total':
      return toTotal(layers, goal.of, goal.share);
  }
}

/** Goes on with the layer that loses least for what it saves, until what is left is the share that is asked for. */
function toTotal(
  layers: readonly LayerCuts[],
  of: 'macs' | 'parameters',
  share: number,
): (Cut | undefined)[] {
  const chosen: (Cut | undefined)[] = layers.map(() => undefined);
  const costOf = (i: number, cut: Cut | undefined): number => layers[i]![of] * (cut ? cut[of] : 1);
  let left = layers.reduce((sum, _, i) => sum + costOf(i, undefined), 0);
  const goal = left * share;
  while (left > goal) {
    let best: { i: number; cut: Cut; price: number; saved: number } | undefined;
    for (const [i, { cuts }] of layers.entries()) {
      const now = chosen[i];
      for (const cut of cuts) {
        const saved = costOf(i, now) - costOf(i, cut);
        if (saved <= 0) continue;
        const price = (cut.error - (now?.error ?? 0)) / saved;
        if (!best || price < best.price) best = { i, cut, price, saved };
      }
    }
    if (!best) break;
    chosen[best.i] = best.cut;
    left -= best.saved;
  }
  return chosen;
}
