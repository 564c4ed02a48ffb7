import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tensor } from '../model/tensor.ts';
import { tensorStatistics } from './tensor-statistics.ts';

describe('statistics of a tensor', () => {
  it('are those of its numbers taken all at once', async () => {
    const numbers = fc.array(fc.oneof(fc.float(), fc.constant(0)), { minLength: 1, maxLength: 60 });
    await fc.assert(fc.asyncProperty(numbers, async (values) => {
      const rounded = Array.from(Float32Array.from(values));
      const finite = rounded.filter((value) => Number.isFinite(value));
      const statistics = await tensorStatistics(Tensor.from('t', 'float32', [rounded.length], rounded));
      expect(statistics.notFinite).toBe(rounded.length - finite.length);
      expect(statistics.sparsity).toBeCloseTo(rounded.filter((value) => value === 0).length / rounded.length, 12);
      expect(statistics.histogram.counts.reduce((a, b) => a + b, 0)).toBe(finite.length);
      if (finite.length === 0) return;
      expect([statistics.min, statistics.max]).toEqual([Math.min(...finite), Math.max(...finite)].map((v) => v + 0));
      const scale = Math.max(...finite.map(Math.abs), 1);
      const mean = finite.reduce((a, b) => a + b / finite.length, 0);
      expect(Math.abs(statistics.mean - mean) / scale).toBeLessThan(1e-9);
      const deviation = Math.sqrt(finite.reduce((a, b) => a + ((b - mean) / scale) ** 2 / finite.length, 0));
      expect(statistics.standardDeviation / scale).toBeCloseTo(deviation, 6);
    }));
  });

  it('give the histogram bins that the numbers fall into', async () => {
    const values = Array.from({ length: 64 }, (_, i) => i);
    const { histogram } = await tensorStatistics(Tensor.from('t', 'int32', [64], values));
    expect(histogram).toEqual({ min: 0, width: 63 / 64, counts: new Array(64).fill(1) });
  });

  it('give ranges by channel along any axis', async () => {
    const tensor = Tensor.from('t', 'float32', [2, 3, 2], [1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6]);
    const along = async (channelAxis: number): Promise<unknown> =>
      (await tensorStatistics(tensor, { channelAxis })).channels;
    expect(await along(0)).toEqual({ axis: 0, min: [1, -6], max: [6, -1] });
    expect(await along(1)).toEqual({ axis: 1, min: [-2, -4, -6], max: [2, 4, 6] });
    expect(await along(2)).toEqual({ axis: 2, min: [-5, -6], max: [5, 6] });
  });

  it('read a large tensor in pieces, and stop when cancelled', async () => {
    const size = 5 * (1 << 20) + 3;
    const reads: number[] = [];
    const values = new Uint8Array(size).map((_, i) => i % 7);
    const tensor = new Tensor({
      name: 't',
      dtype: 'uint8',
      dims: [size],
      storage: {
        byteLength: size,
        read: (start = 0, end = size) => {
          reads.push(end - start);
          return values.subarray(start, end);
        },
      },
    });
    const statistics = await tensorStatistics(tensor);
    expect(Math.max(...reads)).toBeLessThanOrEqual(1 << 20);
    expect(statistics.sparsity).toBeCloseTo(Math.ceil(size / 7) / size, 12);
    const controller = new AbortController();
    const cancelled = tensorStatistics(tensor, { signal: controller.signal });
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('know small types, and refuse text', async () => {
    const int4 = await tensorStatistics(Tensor.from('t', 'int4', [5], [-8, 7, 0, 1, -1]));
    expect([int4.min, int4.max, int4.preview]).toEqual([-8, 7, '-8, 7, 0, 1, -1']);
    const text = new Tensor({
      name: 't', dtype: 'string', dims: [1], storage: { byteLength: 0, read: () => new Uint8Array() },
      strings: [Buffer.from('a')],
    });
    await expect(tensorStatistics(text)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
