/**
 * In which order the channels of a group go, and what removing the first k of them costs.
 *
 * By error: the layers that read a value x compute W·x, and E[x·xᵀ] = G was observed. When channel j goes and the
 * others make up for it as well as they linearly can, the outputs lose M_jj / (G⁻¹)_jj, where M = Wᵀ·W (Hassibi and
 * Stork, "Optimal brain surgeon", 1993, with channels in place of single weights). The cheapest goes, G⁻¹ and M are
 * brought up to date, and so on.
 */

import { Random } from '../../../util/random.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { PruneOptions } from '../options.ts';
import type { Channel, ChannelGroup } from './groups.ts';
import { damped, inverse } from '../linear-algebra.ts';
import type { ChannelMoments } from './observe-channels.ts';
import { productsAlong, sumsAlong, viewAlong } from './weight-view.ts';

export interface RankedGroup {
  readonly group: ChannelGroup;
  /** Indices of `group.channels`, first to go first. */
  readonly order: readonly number[];
  /** `cost[k]`: share of the outputs' energy that is lost with the first k gone; grows with k. */
  readonly cost: Float64Array;
  /** How the order was found. */
  readonly by: Exclude<PruneOptions['importance'], 'auto' | 'wanda' | 'magnitude'>;
}

/** Channels that never differ from zero, or from each other, leave G singular. */
const damping = 1e-3;

/** @param scales by class: what batch norms scale channels with, for the importance of that name */
export function rankChannels(
  group: ChannelGroup,
  weights: (name: string) => Tensor,
  moments: ReadonlyMap<string, ChannelMoments>,
  importance: PruneOptions['importance'],
  seed: number,
  scales: ReadonlyMap<number, number> = new Map(),
): RankedGroup {
  const byError = importance === 'auto' || importance === 'error' ? Readers.of(group, weights, moments) : undefined;
  if (byError) return { group, ...byError.rank(group.channels), by: 'error' };
  const { by, norms } = normsOf(group, weights, moments, importance, seed, scales);
  const order = norms.map((_, i) => i).sort((a, b) => norms[a]! - norms[b]! || a - b);
  const total = norms.reduce((a, b) => a + b, 0) || 1;
  const cost = new Float64Array(order.length + 1);
  for (const [k, i] of order.entries()) cost[k + 1] = cost[k]! + norms[i]! / total;
  return { group, order, cost, by };
}

/** What a channel is worth; where the data or batch norms are missing that `importance` asks for, its l2 norm. */
function normsOf(
  group: ChannelGroup,
  weights: (name: string) => Tensor,
  moments: ReadonlyMap<string, ChannelMoments>,
  importance: PruneOptions['importance'],
  seed: number,
  scales: ReadonlyMap<number, number>,
): { readonly by: RankedGroup['by']; readonly norms: number[] } {
  const squares = (): number[] => weightNorms(group, weights, 'l2');
  switch (importance) {
    case 'random':
      return { by: importance, norms: randomNorms(group, seed) };
    case 'l1':
      return { by: importance, norms: weightNorms(group, weights, importance) };
    case 'lamp':
      return { by: importance, norms: shareOfLarger(squares()) };
    case 'activation': {
      const norms = valueNorms(group, moments);
      return norms ? { by: importance, norms } : { by: 'l2', norms: squares() };
    }
    case 'batch-norm': {
      const norms = group.channels.map(({ id }) => scales.get(id));
      const known = norms.filter((norm) => norm !== undefined);
      return known.length === norms.length ? { by: importance, norms: known } : { by: 'l2', norms: squares() };
    }
    default:
      return { by: 'l2', norms: squares() };
  }
}

/** Each over the sum of those that are not smaller (LAMP, Lee et al. 2021, with channels in place of weights). */
function shareOfLarger(norms: readonly number[]): number[] {
  const order = norms.map((_, i) => i).sort((a, b) => norms[b]! - norms[a]!);
  const shares = norms.map(() => 0);
  let sum = 0;
  for (const i of order) {
    sum += norms[i]!;
    shares[i] = sum > 0 ? norms[i]! / sum : 0;
  }
  return shares;
}

/** The mean square of a channel's values, as its share in what each layer reads; undefined where none was observed. */
function valueNorms(
  { channels, consumed }: ChannelGroup,
  moments: ReadonlyMap<string, ChannelMoments>,
): number[] | undefined {
  const norms = channels.map(() => 0);
  let isSeen = false;
  for (const [k, { value }] of consumed.entries()) {
    const seen = moments.get(value);
    if (!seen) continue;
    isSeen = true;
    const { length, matrix } = seen;
    let total = Number.MIN_VALUE;
    for (let i = 0; i < length; i++) total += matrix[i * length + i]!;
    for (const [c, channel] of channels.entries()) {
      for (const i of channel.consumed[k] ?? []) norms[c]! += matrix[i * length + i]! / total;
    }
  }
  return isSeen ? norms : undefined;
}

function randomNorms({ channels, id }: ChannelGroup, seed: number): number[] {
  const random = new Random(seed, id);
  return channels.map(() => random.next());
}

/** Sum over all layers of the group of the channel's share of the layer's norm. */
function weightNorms(group: ChannelGroup, weights: (name: string) => Tensor, by: 'l1' | 'l2'): number[] {
  const norms = group.channels.map(() => 0);
  const measure = by === 'l1' ? Math.abs : (value: number): number => value * value;
  for (const kind of ['produced', 'consumed'] as const) {
    for (const [k, { weight, weightAxis }] of group[kind].entries()) {
      const sums = sumsAlong(viewAlong(weights(weight), weightAxis), measure);
      const total = sums.reduce((a, b) => a + b, 0) || 1;
      for (const [c, channel] of group.channels.entries()) {
        for (const index of channel[kind][k] ?? []) norms[c]! += (sums[index % sums.length] ?? 0) / total;
      }
    }
  }
  return norms;
}

/** One layer that reads the group: G⁻¹ and M over the whole axis, with what is gone set to zero. */
interface Reader {
  readonly n: number;
  readonly inverse: Float64Array;
  readonly products: Float64Array;
  /** Energy of the layer's outputs; what is lost is measured in it. */
  readonly energy: number;
  readonly indices: (channel: Channel) => readonly number[];
}

class Readers {
  private readonly readers: readonly Reader[];

  private constructor(readers: readonly Reader[]) {
    this.readers = readers;
  }

  /** undefined unless every layer that reads the group was observed. */
  static of(
    group: ChannelGroup,
    weights: (name: string) => Tensor,
    moments: ReadonlyMap<string, ChannelMoments>,
  ): Readers | undefined {
    const readers: Reader[] = [];
    for (const [k, { weight, weightAxis, value }] of group.consumed.entries()) {
      const seen = moments.get(value);
      const view = viewAlong(weights(weight), weightAxis);
      if (seen?.length !== view.length) return undefined;
      const inverted = inverse(damped(seen.matrix, seen.length, damping), seen.length);
      if (!inverted) return undefined;
      const products = productsAlong(view);
      let energy = 0;
      for (let i = 0; i < products.length; i++) energy += products[i]! * seen.matrix[i]!;
      const indices = (channel: Channel): readonly number[] => channel.consumed[k] ?? [];
      readers.push({ n: seen.length, inverse: inverted, products, energy: energy || 1, indices });
    }
    return readers.length > 0 ? new Readers(readers) : undefined;
  }

  rank(channels: readonly Channel[]): { readonly order: number[]; readonly cost: Float64Array } {
    const left = new Set(channels.keys());
    const order: number[] = [];
    const cost = new Float64Array(channels.length + 1);
    while (left.size > 0) {
      let cheapest = -1;
      let least = Infinity;
      for (const c of left) {
        const lost = this.loss(channels[c]!);
        if (lost < least) [cheapest, least] = [c, lost];
      }
      // Only numbers that are not finite leave nothing cheapest.
      if (cheapest < 0) [[cheapest], least] = [[...left] as [number], 0];
      order.push(cheapest);
      cost[order.length] = cost[order.length - 1]! + least;
      left.delete(cheapest);
      for (const reader of this.readers) for (const j of reader.indices(channels[cheapest]!)) remove(reader, j);
    }
    return { order, cost };
  }

  private loss(channel: Channel): number {
    let sum = 0;
    for (const { n, inverse: inverted, products, energy, indices } of this.readers) {
      for (const j of indices(channel)) sum += products[j * n + j]! / inverted[j * n + j]! / energy;
    }
    return sum;
  }
}

/** Takes element j out: Schur complement for G⁻¹, and the weights that make up for it for M. */
function remove({ n, inverse: inverted, products }: Reader, j: number): void {
  const pivot = inverted[j * n + j]!;
  if (pivot === 0) return;
  const share = new Float64Array(n);
  for (let i = 0; i < n; i++) share[i] = i === j ? 0 : inverted[i * n + j]! / pivot;
  const own = products[j * n + j]!;
  const cross = products.slice(j * n, (j + 1) * n);
  const column = inverted.slice(j * n, (j + 1) * n);
  for (let a = 0; a < n; a++) {
    const row = a * n;
    for (let b = 0; b < n; b++) {
      inverted[row + b]! -= share[a]! * column[b]!;
      products[row + b]! += own * share[a]! * share[b]! - share[a]! * cross[b]! - cross[a]! * share[b]!;
    }
  }
  for (let i = 0; i < n; i++) {
    inverted[i * n + j] = inverted[j * n + i] = 0;
    products[i * n + j] = products[j * n + i] = 0;
  }
  // Dividing by it must stay harmless.
  inverted[j * n + j] = 1;
}
