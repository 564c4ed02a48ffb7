import { describe, expect, it } from 'vitest';
import { Tensor } from '../../../model/tensor.ts';
import { Random } from '../../../util/random.ts';
import { distribute } from './distribute.ts';

const shapes = [[64, 3, 3, 3], [64, 64, 3, 3], [10, 64]] as const;
const sizes = shapes.map((dims) => dims.reduce((a, b) => a * b, 1));
const random = new Random(3);
/** Of layers whose weights have unlike sizes. */
const magnitudes = sizes.map((size, i) =>
  Float64Array.from({ length: size }, () => Math.abs(random.normal()) * (i + 1)));
const layers = shapes.map((dims, i) => ({
  channels: dims[0],
  tensor: Tensor.fromBytes('w', 'float32', dims, Float32Array.from(magnitudes[i]!)),
}));

const zerosOf = (ratios: readonly number[]): number =>
  ratios.reduce((sum, ratio, i) => sum + ratio * sizes[i]!, 0) / sizes.reduce((a, b) => a + b);

describe('distribute', () => {
  it.each(['layer', 'global', 'erk', 'lamp'] as const)('%s gives the ratio that is asked for', (how) => {
    for (const ratio of [0.3, 0.5, 0.8]) {
      expect(zerosOf(distribute(layers, magnitudes, ratio, how))).toBeCloseTo(ratio, 2);
    }
  });

  it('global is one limit for all: the share of each layer below it', () => {
    const ratios = distribute(layers, magnitudes, 0.6, 'global');
    const all = magnitudes.flatMap((values) => [...values]).sort((a, b) => a - b);
    const limit = all[Math.round(0.6 * all.length)]!;
    for (const [i, values] of magnitudes.entries()) {
      expect(ratios[i]).toBeCloseTo(values.filter((value) => value < limit).length / values.length, 10);
    }
  });

  it('erk is dense where a layer is small, and in proportion to dimensions over size elsewhere', () => {
    const ratios = distribute(layers, magnitudes, 0.9, 'erk');
    const raw = [(64 + 3 + 3 + 3) / 1728, (64 + 64 + 3 + 3) / 36864, (10 + 64) / 640];
    // At this ratio the last layer is the only one that would have more than all of its weights.
    expect(ratios[2]).toBe(0);
    expect((1 - ratios[0]!) / (1 - ratios[1]!)).toBeCloseTo(raw[0]! / raw[1]!, 8);
  });

  it('lamp compares squares with the sum of those that are not smaller', () => {
    const small = [Float64Array.of(1, 2, 3), Float64Array.of(10, 10.5, 11)];
    const two = small.map((values) => ({
      channels: 1, tensor: Tensor.fromBytes('w', 'float32', [3], Float32Array.from(values)),
    }));
    // 1/14, 4/13, 1 and 100/331.25, 110.25/231.25, 1: the lowest three are 1, 10 and 2, whatever their sizes.
    expect(distribute(two, small, 0.5, 'lamp')).toEqual([2 / 3, 1 / 3]);
  });
});
