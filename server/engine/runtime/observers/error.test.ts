import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { errorObserver, type ErrorResult } from './error.ts';

type Pair = readonly [number, number];

function observe(runs: readonly (readonly Pair[])[], channelAxis?: number, dims?: readonly number[]): ErrorResult {
  const observer = errorObserver.create({
    kind: 'error',
    tap: 'x',
    reference: { session: 1, value: 'x' },
    ...(channelAxis !== undefined && { channelAxis }),
  });
  for (const run of runs) {
    const of = (side: 0 | 1) =>
      tensorValue('float32', dims ?? [run.length], Float32Array.from(run, (pair) => pair[side]));
    observer.update([of(0), of(1)]);
  }
  return observer.result();
}

const number = fc.float({ noNaN: true, min: -50, max: 50 });
const run = fc.array(fc.tuple(number, number), { minLength: 6, maxLength: 6 });

describe('the error observer', () => {
  it('measures signal, noise, cosine and the largest difference', () => {
    fc.assert(fc.property(fc.array(run, { minLength: 1, maxLength: 3 }), (runs) => {
      const all = runs.flat();
      const mean = (f: (pair: Pair) => number): number => all.reduce((sum, pair) => sum + f(pair), 0) / all.length;
      const result = observe(runs, 1, [1, 2, 3]);
      expect(result.count).toBe(all.length);
      expect(result.signalPower).toBeCloseTo(mean(([, b]) => b * b), 6);
      expect(result.noisePower).toBeCloseTo(mean(([a, b]) => (a - b) ** 2), 6);
      expect(result.maxAbs).toBeCloseTo(Math.max(...all.map(([a, b]) => Math.abs(a - b))), 4);
      const power = mean(([a]) => a * a) * mean(([, b]) => b * b);
      if (power > 1e-6) expect(result.cosine).toBeCloseTo(mean(([a, b]) => a * b) / Math.sqrt(power), 6);
      const channel = (c: number): number[] =>
        runs.flatMap((data) => data.slice(3 * c, 3 * c + 3).map(([a, b]) => a - b));
      for (const c of [0, 1]) {
        const own = channel(c);
        expect(result.channelMeanDifference![c]).toBeCloseTo(own.reduce((a, b) => a + b) / own.length, 6);
      }
    }), { numRuns: 60 });
  });

  it('gives decibels', () => {
    expect(observe([[[11, 10], [10, 10]]]).sqnrDb).toBeCloseTo(10 * Math.log10(100 / 0.5), 9);
    expect(observe([[[3, 3]]])).toMatchObject({ sqnrDb: Infinity, cosine: 1, maxAbs: 0 });
    expect(observe([[[0, 0]]]).cosine).toBe(1);
    expect(observe([[[1, 0]]]).sqnrDb).toBe(-Infinity);
    expect(observe([[[NaN, 1]]]).sqnrDb).toBeNaN();
  });

  it('refuses tensors of different shapes', () => {
    const observer = errorObserver.create({ kind: 'error', tap: 'x', reference: 'y' });
    const a = tensorValue('float32', [2, 1], new Float32Array(2));
    const b = tensorValue('float32', [1, 2], new Float32Array(2));
    expect(() => observer.update([a, b])).toThrow('"x" has shape [2, 1], its reference [1, 2].');
  });
});
