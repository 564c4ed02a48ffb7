import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { rangeObserver } from './range.ts';

const finite = (v: number): boolean => Number.isFinite(v);
const odd = fc.constantFrom(0, NaN, Infinity, -Infinity);
const number = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), odd);

describe('the range observer', () => {
  it('finds the extremes of finite values over several runs, per channel too', () => {
    const shape = fc.record({
      outer: fc.integer({ min: 0, max: 3 }),
      channels: fc.integer({ min: 1, max: 4 }),
      inner: fc.constantFrom(1, 2, 17, 40),
    });
    const runs = shape.chain(({ outer, channels, inner }) => {
      const size = outer * channels * inner;
      const data = fc.array(number, { minLength: size, maxLength: size });
      const dims = fc.constant([outer, channels, inner] as const);
      return fc.record({ dims, runs: fc.array(data, { maxLength: 3 }) });
    });
    fc.assert(fc.property(runs, ({ dims, runs }) => {
      const observer = rangeObserver.create({ kind: 'range', tap: 'x', channelAxis: -2 });
      for (const data of runs) observer.update([tensorValue('float32', dims, Float32Array.from(data))]);
      const result = observer.result();
      const all = runs.flat();
      const seen = all.filter(finite);
      expect(result.count).toBe(all.length);
      expect(result.nonFinite).toBe(all.length - seen.length);
      expect(result.min).toBe(Math.min(Infinity, ...seen) + 0);
      expect(result.max).toBe(Math.max(-Infinity, ...seen) + 0);
      if (runs.length === 0) return;
      const [, channels, inner] = dims;
      for (let c = 0; c < channels; c++) {
        const own = runs.flatMap((data) => data.filter((v, i) => finite(v) && Math.floor(i / inner) % channels === c));
        expect(result.channelMin![c]).toBe(Math.min(Infinity, ...own) + 0);
        expect(result.channelMax![c]).toBe(Math.max(-Infinity, ...own) + 0);
      }
    }));
  });

  it('reads other types', () => {
    const observer = rangeObserver.create({ kind: 'range', tap: 'x' });
    observer.update([tensorValue('int64', [2], BigInt64Array.of(-7n, 4n))]);
    // float16 bit patterns of 5 and -0.5
    observer.update([tensorValue('float16', [2], Uint16Array.of(0x4500, 0xb800))]);
    expect(observer.result()).toEqual({ kind: 'range', tap: 'x', min: -7, max: 5, count: 4, nonFinite: 0 });
  });

  it('refuses an axis that the value does not have, and channels that change', () => {
    const observer = rangeObserver.create({ kind: 'range', tap: 'x', channelAxis: 1 });
    const update = (...dims: number[]): void =>
      observer.update([tensorValue('float32', dims, new Float32Array(dims.reduce((a, b) => a * b, 1)))]);
    expect(() => update(3)).toThrow('"x" of shape [3] has no axis 1');
    update(1, 3);
    expect(() => update(1, 4)).toThrow('4 channels in one run and 3 in another');
  });
});
