import { describe, expect, it } from 'vitest';
import { Network } from '../../../../../test/passes/network.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { Random } from '../../../util/random.ts';
import { channelGroups } from './groups.ts';
import { rankChannels } from './rank-channels.ts';
import { reconstructed } from './reconstruct.ts';
import { trackChannels } from './track-channels.ts';

const channels = 6;
const samples = 400;

/** x [samples][channels]: the last channel is nearly the sum of the first two. */
function observations(): number[][] {
  const random = new Random(5);
  return Array.from({ length: samples }, () => {
    const own = Array.from({ length: channels - 1 }, () => random.normal());
    return [...own, own[0]! + own[1]! + 0.05 * random.normal()];
  });
}

function momentsOf(data: readonly (readonly number[])[]): Float64Array {
  const matrix = new Float64Array(channels * channels);
  for (const x of data) {
    for (let i = 0; i < channels; i++) for (let j = 0; j < channels; j++) matrix[i * channels + j]! += x[i]! * x[j]!;
  }
  return matrix.map((sum) => sum / data.length);
}

function network(): Network {
  const net = new Network(2);
  const hidden = net.relu('h', net.gemm('a', net.input('x', [1, 4]), [4, channels]));
  net.output(net.gemm('y', hidden, [channels, 3]), [1, 3]);
  return net;
}

const outputs = (weight: Tensor, x: readonly number[], gone: ReadonlySet<number> = new Set()): number[] => {
  const w = weight.toNumbers();
  return Array.from({ length: 3 }, (_, o) =>
    x.reduce((sum, value, i) => sum + (gone.has(i) ? 0 : w[o * channels + i]! * value), 0));
};

/** The mean squared difference of the outputs, computed sample by sample. */
function loss(before: Tensor, after: Tensor, gone: ReadonlySet<number>, data: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const x of data) {
    const [a, b] = [outputs(before, x), outputs(after, x, gone)];
    for (const [o, value] of a.entries()) sum += (value - b[o]!) ** 2;
  }
  return sum / data.length;
}

describe('rankChannels', () => {
  const data = observations();
  const tracker = trackChannels(network().model());
  const [group] = channelGroups(tracker);
  const weight = tracker.constant('y.w')!;
  const moments = new Map([['h', { length: channels, matrix: momentsOf(data) }]]);
  const rank = (importance: 'error' | 'l1' | 'l2' | 'lamp' | 'activation' | 'random') =>
    rankChannels(group!, (name) => tracker.constant(name)!, moments, importance, 0);
  const idsOf = (indices: readonly number[]) => new Set(indices.map((i) => group!.channels[i]!.id));
  const placesOf = (indices: readonly number[]) => new Set(indices.map((i) => group!.channels[i]!.consumed[0]![0]!));

  it('removes first what costs least after the best correction, and predicts that cost', () => {
    const { order, cost } = rank('error');
    const energy = data.reduce((sum, x) => sum + outputs(weight, x).reduce((s, y) => s + y * y, 0), 0) / data.length;
    const single = group!.channels.map((_, i) => {
      const fitted = reconstructed(tracker, idsOf([i]), moments).get('y.w')!;
      return loss(weight, fitted, placesOf([i]), data) / energy;
    });
    expect(single[order[0]!]).toBe(Math.min(...single));
    expect(cost[1]).toBeCloseTo(single[order[0]!]!, 3);
    for (let k = 1; k < channels; k++) {
      const gone = order.slice(0, k);
      const fitted = reconstructed(tracker, idsOf(gone), moments).get('y.w')!;
      expect(Math.abs(cost[k]! - loss(weight, fitted, placesOf(gone), data) / energy)).toBeLessThan(0.01);
    }
  });

  it('fits better weights than those that were there', () => {
    const gone = rank('error').order.slice(0, 2);
    const fitted = reconstructed(tracker, idsOf(gone), moments).get('y.w')!;
    expect(loss(weight, fitted, placesOf(gone), data)).toBeLessThan(0.9 * loss(weight, weight, placesOf(gone), data));
  });

  it('goes by the size of the weights where it is told to', () => {
    const made = tracker.constant('a.w')!.toNumbers();
    const read = weight.toNumbers();
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + Math.abs(value), 0);
    const norms = group!.channels.map(({ produced, consumed }) => {
      const row = made.slice(produced[0]![0]! * 4, produced[0]![0]! * 4 + 4);
      const column = [0, 1, 2].map((o) => read[o * channels + consumed[0]![0]!]!);
      return total(row) / total(made) + total(column) / total(read);
    });
    const { order } = rank('l1');
    expect(order.map((i) => norms[i])).toEqual([...norms].sort((a, b) => a - b));
  });

  it('goes by the values of the channels where it is told to', () => {
    const energy = Array.from({ length: channels }, (_, i) => data.reduce((sum, x) => sum + x[i]! ** 2, 0));
    const { order, by } = rank('activation');
    expect(by).toBe('activation');
    const places = order.map((i) => group!.channels[i]!.consumed[0]![0]!);
    expect(places.map((i) => energy[i])).toEqual([...energy].sort((a, b) => a - b));
  });

  it('lamp keeps the order of l2 and measures each against those that are not smaller', () => {
    const [l2, lamp] = [rank('l2'), rank('lamp')];
    expect(lamp.order).toEqual(l2.order);
    const norms = l2.order.map((_, k) => l2.cost[k + 1]! - l2.cost[k]!);
    const shares = norms.map((norm, k) => norm / norms.slice(k).reduce((a, b) => a + b));
    const total = shares.reduce((a, b) => a + b);
    for (const [k, share] of shares.entries()) {
      expect(lamp.cost[k + 1]! - lamp.cost[k]!).toBeCloseTo(share / total, 9);
    }
  });

  it('batch norms decide where every channel has one, else l2', () => {
    const scaled = group!.channels.map(({ id }, i) => [id, (i * 5) % channels] as const);
    const by = (scales: ReadonlyMap<number, number>) =>
      rankChannels(group!, (name) => tracker.constant(name)!, moments, 'batch-norm', 0, scales);
    expect(by(new Map(scaled)).order.map((i) => (i * 5) % channels)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(by(new Map(scaled.slice(1))).by).toBe('l2');
  });

  it('is random where it is told to, the same for the same seed', () => {
    expect(rank('random').order).toEqual(rank('random').order);
    expect([...rank('random').order].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
