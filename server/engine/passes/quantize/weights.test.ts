import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convLayout, matrixLayout, quantizeWeights, type QuantizedWeights, type WeightLayout } from './weights.ts';

const plain = { type: 'int8', perChannel: true, pairSafe: false, search: false } as const;

const real = fc.double({ min: -1, max: 1, noNaN: true });
/** Weights that are mostly large and of one sign, so that pairs exceed 16 bits often. */
const heavy = fc.double({ min: 0.5, max: 1, noNaN: true }).map((value) => -value);

const shape = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 }));

/** [channels, reduction] values. */
const matrices = shape.chain(([channels, reduction]) =>
  fc.record({
    layout: fc.constant(matrixLayout([channels, reduction], true)),
    values: fc
      .array(fc.oneof(real, heavy, heavy), { minLength: channels * reduction, maxLength: channels * reduction })
      .map((list) => Float32Array.from(list)),
  }),
);

const saturate16 = (value: number): number => Math.min(32767, Math.max(-32768, value));

/** The sum of a channel as processors with `vpmaddubsw` make it: products in pairs, each pair saturated to 16 bits. */
function saturatedSum(codes: readonly number[], activations: readonly number[]): number {
  let sum = 0;
  for (let k = 0; k < codes.length; k += 2) {
    const second = k + 1 < codes.length ? codes[k + 1]! * activations[k + 1]! : 0;
    sum += saturate16(codes[k]! * activations[k]! + second);
  }
  return sum;
}

const exactSum = (codes: readonly number[], activations: readonly number[]): number =>
  codes.reduce((sum, code, k) => sum + code * activations[k]!, 0);

function channelCodes(quantized: QuantizedWeights, layout: WeightLayout, channel: number): number[] {
  const at = (k: number): number => quantized.codes[layout.index(channel, k)]! - quantized.zeroPoint;
  return Array.from({ length: layout.reduction }, (_, k) => at(k));
}

function squaredError(values: Float32Array, layout: WeightLayout, quantized: QuantizedWeights): number {
  let error = 0;
  for (let channel = 0; channel < layout.channels; channel++) {
    const scale = quantized.scales[quantized.scales.length > 1 ? channel : 0]!;
    channelCodes(quantized, layout, channel).forEach((code, k) => {
      error += (values[layout.index(channel, k)]! - code * scale) ** 2;
    });
  }
  return error;
}

describe('layouts', () => {
  it('lists a convolution kernel position by position, channels innermost', () => {
    // [2, 3, 2, 2]: element (m, c, y, x) at ((m * 3 + c) * 2 + y) * 2 + x.
    const layout = convLayout([2, 3, 2, 2]);
    expect([layout.channels, layout.reduction]).toEqual([2, 12]);
    const order = Array.from({ length: 12 }, (_, k) => layout.index(1, k));
    expect(order).toEqual([12, 16, 20, 13, 17, 21, 14, 18, 22, 15, 19, 23]);
  });

  it('lists the columns of [K, N] and the rows of [N, K]', () => {
    const columns = matrixLayout([3, 2], false);
    const rows = matrixLayout([2, 3], true);
    expect([0, 1, 2].map((k) => columns.index(1, k))).toEqual([1, 3, 5]);
    expect([0, 1, 2].map((k) => rows.index(1, k))).toEqual([3, 4, 5]);
    expect([columns.channels, columns.reduction, rows.channels, rows.reduction]).toEqual([2, 3, 2, 3]);
  });

  it.each([
    ['convolution', convLayout([3, 5, 2, 3])],
    ['1-D convolution', convLayout([4, 3, 5])],
    ['matrix', matrixLayout([7, 4], false)],
    ['transposed matrix', matrixLayout([7, 4], true)],
  ])('meet every element of a %s once', (_, layout) => {
    const seen = new Set<number>();
    for (let c = 0; c < layout.channels; c++) for (let k = 0; k < layout.reduction; k++) seen.add(layout.index(c, k));
    const count = layout.channels * layout.reduction;
    expect([seen.size, Math.max(...seen)]).toEqual([count, count - 1]);
  });
});

describe('quantizeWeights', () => {
  it('covers the largest weight of each channel with 127 codes', () => {
    const values = Float32Array.of(1, -0.5, 0.25, -4, 2, 0);
    const quantized = quantizeWeights(values, matrixLayout([2, 3], true), plain);
    expect([...quantized.codes]).toEqual([127, -64, 32, -127, 64, 0]);
    expect([...quantized.scales]).toEqual([Math.fround(1 / 127), Math.fround(4 / 127)]);
    expect(quantized.zeroPoint).toBe(0);
    expect(quantized.signalPower).toBe(1.3125 + 20);
  });

  it('has one scale for all channels when asked', () => {
    const values = Float32Array.of(1, -0.5, 0.25, -4, 2, 0);
    const quantized = quantizeWeights(values, matrixLayout([3, 2], false), { ...plain, perChannel: false });
    expect([...quantized.codes]).toEqual([32, -16, 8, -127, 64, 0]);
    expect([...quantized.scales]).toEqual([Math.fround(4 / 127)]);
  });

  it('shifts uint8 codes by 128', () => {
    const values = Float32Array.of(1, -0.5, -1);
    const quantized = quantizeWeights(values, matrixLayout([1, 3], true), { ...plain, type: 'uint8' });
    expect(quantized.codes).toEqual(Uint8Array.of(255, 64, 1));
    expect(quantized.zeroPoint).toBe(128);
  });

  it('keeps scales above the bounds, with the codes to match', () => {
    const values = Float32Array.of(1, 1, 1, 1);
    const options = { ...plain, search: true, minimumScale: Float32Array.of(0.5, 0) };
    const quantized = quantizeWeights(values, matrixLayout([2, 2], true), options);
    expect(quantized.scales[0]).toBe(0.5);
    expect([...quantized.codes]).toEqual([2, 2, 127, 127]);
    const all = quantizeWeights(values, matrixLayout([2, 2], true), {
      ...plain, perChannel: false, minimumScale: Float32Array.of(0.25),
    });
    expect([...all.scales, ...all.codes]).toEqual([0.25, 4, 4, 4, 4]);
  });

  it('gives channels of zeros, and of the smallest floats, a scale to compute with', () => {
    const values = Float32Array.of(2, 1, 0, 0, 1e-45, -1e-45);
    const options = { ...plain, search: true };
    const { codes, scales, noisePower } = quantizeWeights(values, matrixLayout([3, 2], true), options);
    expect([...codes.subarray(2)]).toEqual([0, 0, 0, 0]);
    for (const scale of scales) expect(1 / scale).toBeLessThan(Infinity);
    expect(noisePower).toBeLessThan(1e-3);
  });

  it.each([[NaN], [Infinity], [-Infinity]])('refuses %d', (bad) => {
    const layout = matrixLayout([2, 2], true);
    for (const perChannel of [true, false]) {
      const quantize = (): unknown => quantizeWeights(Float32Array.of(1, 2, bad, 3), layout, { ...plain, perChannel });
      expect(quantize).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    }
  });

  it('tells the powers of signal and noise', () => {
    fc.assert(
      fc.property(matrices, fc.boolean(), fc.boolean(), fc.boolean(), (matrix, perChannel, pairSafe, search) => {
        const { layout, values } = matrix;
        const quantized = quantizeWeights(values, layout, { type: 'uint8', perChannel, pairSafe, search });
        expect(quantized.signalPower).toBeCloseTo(values.reduce((sum, v) => sum + v * v, 0), 6);
        expect(quantized.noisePower).toBeCloseTo(squaredError(values, layout, quantized), 8);
      }),
      { numRuns: 100 },
    );
  });

  it('finds a scale about as good as the best of a fine grid', () => {
    // One weight stands out from many: to clip it a little pays.
    const values = Float32Array.from({ length: 20_000 }, (_, i) => 0.85 * Math.sin(i * i * 0.37));
    values[77] = 1;
    const layout = matrixLayout([1, values.length], true);
    const found = quantizeWeights(values, layout, { ...plain, search: true }).noisePower;
    const covering = quantizeWeights(values, layout, plain).noisePower;
    let best = Infinity;
    for (let share = 0.5; share <= 1; share += 0.01) {
      const scale = share / 127;
      let error = 0;
      for (const value of values) {
        const code = Math.max(-127, Math.min(127, Math.round(value / scale)));
        error += (value - code * scale) ** 2;
      }
      best = Math.min(best, error);
    }
    expect(found).toBeLessThan(covering * 0.98);
    expect(found).toBeLessThan(best * 1.02);
  });
});

describe('pair-safe weights', () => {
  it('sum up in 16 bits as exactly as in 32, whatever the activations', () => {
    fc.assert(
      fc.property(matrices, fc.boolean(), fc.boolean(), fc.infiniteStream(fc.constantFrom(0, 1, 254, 255)),
        ({ layout, values }, perChannel, search, stream) => {
          const quantized = quantizeWeights(values, layout, { type: 'int8', perChannel, pairSafe: true, search });
          for (let channel = 0; channel < layout.channels; channel++) {
            const codes = channelCodes(quantized, layout, channel);
            const activations = [
              codes.map(() => 255),
              codes.map((code) => (code > 0 ? 255 : 0)),
              codes.map((code) => (code < 0 ? 255 : 0)),
              [...stream.take(codes.length)],
            ];
            for (const each of activations) expect(saturatedSum(codes, each)).toBe(exactSum(codes, each));
          }
        }),
      { numRuns: 200 },
    );
  });

  it('would saturate otherwise', () => {
    const layout = matrixLayout([1, 2], true);
    const codes = channelCodes(quantizeWeights(Float32Array.of(1, 0.9), layout, plain), layout, 0);
    expect(saturatedSum(codes, [255, 255])).toBeLessThan(exactSum(codes, [255, 255]));
  });

  it('pair as the sums of a convolution run, not as its weights lie', () => {
    // Two input channels of 1 x 2: the pairs are (c0, c1) at each position.
    const layout = convLayout([1, 2, 1, 2]);
    const apart = quantizeWeights(Float32Array.of(1, 0, 0, 0.9), layout, { ...plain, pairSafe: true });
    expect([...apart.codes]).toEqual([127, 0, 0, 114]);
    const together = quantizeWeights(Float32Array.of(1, 0, 0.9, 0), layout, { ...plain, pairSafe: true });
    expect(together.codes[0]! + together.codes[2]!).toBeLessThanOrEqual(128);
  });

  it('leave the last weight of an odd sum, and neighbours in different sums, alone', () => {
    const layout = matrixLayout([2, 3], true);
    const values = Float32Array.of(0.2, 0.1, 1, 1, 0, 0.1);
    for (const perChannel of [true, false]) {
      const { codes } = quantizeWeights(values, layout, { ...plain, perChannel, pairSafe: true });
      expect([codes[2], codes[3]]).toEqual([127, 127]);
    }
  });

  it('err no more than weights of half the range', () => {
    fc.assert(
      fc.property(matrices, fc.boolean(), fc.boolean(), ({ layout, values }, perChannel, search) => {
        const quantized = quantizeWeights(values, layout, { type: 'int8', perChannel, pairSafe: true, search });
        let halved = 0;
        const all = values.reduce((max, v) => Math.max(max, Math.abs(v)), 0);
        for (let channel = 0; channel < layout.channels; channel++) {
          const row = Array.from({ length: layout.reduction }, (_, k) => values[layout.index(channel, k)]!);
          const largest = perChannel ? Math.max(...row.map(Math.abs)) : all;
          const scale = Math.fround(largest / 64);
          for (const value of row) if (scale > 0) halved += (value - Math.round(value / scale) * scale) ** 2;
        }
        expect(quantized.noisePower).toBeLessThanOrEqual(halved * (1 + 1e-5) + 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  it('take the nearest codes that a pair may have', () => {
    // Weights that are codes already, in pairs of two signs, make any scale but 1 costly: only the codes are left.
    const filling = Array.from({ length: 600 }, (_, i) => (i % 2 === 0 ? 3 + (i % 50) : -3 - (i % 41)));
    const options = { ...plain, pairSafe: true, minimumScale: Float32Array.of(1) };
    const large = fc.double({ min: 10, max: 118, noNaN: true });
    const excess = fc.double({ min: -2, max: 6, noNaN: true });
    fc.assert(
      fc.property(large, excess, fc.constantFrom(1, -1), (first, over, sign) => {
        const values = Float32Array.of(sign * first, sign * (128 - first + over), ...filling);
        const { codes, scales } = quantizeWeights(values, matrixLayout([1, values.length], true), options);
        let best = Infinity;
        for (let x = -127; x <= 127; x++) {
          for (let y = -127; y <= 127; y++) {
            if (x * y > 0 && Math.abs(x + y) > 128) continue;
            best = Math.min(best, (values[0]! - x) ** 2 + (values[1]! - y) ** 2);
          }
        }
        expect(scales[0]).toBe(1);
        expect((values[0]! - codes[0]!) ** 2 + (values[1]! - codes[1]!) ** 2).toBeCloseTo(best, 6);
      }),
      { numRuns: 60 },
    );
  });
});

describe('weights of 4 bits', () => {
  it('takes the codes -7 to 7, with less error than covering the largest weight', () => {
    const layout = matrixLayout([1, 64], true);
    const values = Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * 12.9898) ** 3 * (i === 5 ? 4 : 1));
    const covering = quantizeWeights(values, layout, { ...plain, type: 'int4' });
    const searched = quantizeWeights(values, layout, { ...plain, type: 'int4', search: true });
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(covering.scales[0]).toBeCloseTo(largest / 7, 6);
    for (const { codes } of [covering, searched]) expect(Math.max(...Array.from(codes, Math.abs))).toBe(7);
    expect(squaredError(values, layout, searched)).toBeLessThan(squaredError(values, layout, covering));
    expect(searched.noisePower).toBeCloseTo(squaredError(values, layout, searched), 6);
  });
});
