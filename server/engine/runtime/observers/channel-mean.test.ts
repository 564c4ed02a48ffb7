import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { channelMeanObserver } from './channel-mean.ts';

const number = fc.float({ noNaN: true, min: -100, max: 100 });

describe('the channel mean observer', () => {
  it.each([
    { axis: 1, dims: [2, 3, 20] },
    { axis: 1, dims: [2, 3, 2] },
    { axis: -1, dims: [4, 5] },
    { axis: 0, dims: [6] },
  ])('averages over everything but axis $axis of $dims', ({ axis, dims }) => {
    const size = dims.reduce((a, b) => a * b);
    const positive = axis < 0 ? axis + dims.length : axis;
    const inner = dims.slice(positive + 1).reduce((a, b) => a * b, 1);
    const channels = dims[positive]!;
    const run = fc.array(number, { minLength: size, maxLength: size });
    fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 3 }), (runs) => {
      const observer = channelMeanObserver.create({ kind: 'channel-mean', tap: 'x', channelAxis: axis });
      for (const data of runs) observer.update([tensorValue('float32', dims, Float32Array.from(data))]);
      const { mean, meanSquare, count } = observer.result();
      expect(mean.length).toBe(channels);
      expect(count).toBe((size / channels) * runs.length);
      for (let c = 0; c < channels; c++) {
        const own = runs.flatMap((data) => data.filter((_, i) => Math.floor(i / inner) % channels === c));
        expect(mean[c]).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 8);
        expect(meanSquare[c]).toBeCloseTo(own.reduce((a, b) => a + b * b, 0) / own.length, 6);
      }
    }), { numRuns: 50 });
  });

  it('does not lose small values among many: sums are in double precision', () => {
    const observer = channelMeanObserver.create({ kind: 'channel-mean', tap: 'x', channelAxis: 0 });
    observer.update([tensorValue('float32', [1, 4096], new Float32Array(4096).fill(1e4))]);
    for (let i = 0; i < 100; i++) {
      observer.update([tensorValue('float32', [1, 4096], new Float32Array(4096).fill(0.001))]);
    }
    expect(observer.result().mean[0]).toBeCloseTo((1e4 + 100 * Math.fround(0.001)) / 101, 9);
  });
});
