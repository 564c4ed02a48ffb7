import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { kernels, maxVector, strideOf } from './kernels.ts';

const here = new URL('.', import.meta.url);

/** Any finite floats, in arrays that are sometimes longer than a piece and mostly no multiple of a vector. */
const floats = fc
  .float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 60, minLength: 1 })
  .chain((some) => fc.constantFrom(1, 3, 700).map((times) => {
    const out = new Float32Array(some.length * times);
    for (let i = 0; i < times; i++) out.set(some, i * some.length);
    return out;
  }));

it('is what its source says (after a change of kernels.wat: npx vitest run -u, then npm run build)', async () => {
  const source = await readFile(new URL('kernels.wat', here), 'utf8');
  const module = (await wabt()).parseWat('kernels.wat', source, { simd: true });
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const lines = base64.match(/.{1,100}/g)!.map((line) => `  '${line}',`);
  await expect([
    '// Made from kernels.wat by kernels.test.ts.',
    'export const kernelsBase64 = [',
    ...lines,
    "].join('');",
    '',
  ].join('\n')).toMatchFileSnapshot('generated/kernels.ts');
});

describe('range', () => {
  it('finds the extremes', () => {
    fc.assert(fc.property(floats, (values) => {
      const plain = Array.from(values);
      const { min, max, finite } = kernels().range(values);
      expect(finite).toBe(true);
      expect(min).toBe(plain.reduce((a, b) => (b < a ? b : a)) + 0);
      expect(max).toBe(plain.reduce((a, b) => (b > a ? b : a)) + 0);
    }));
  });

  it.each([NaN, Infinity, -Infinity])('tells of %s wherever it stands', (odd) => {
    for (const at of [0, 3, 4, 6]) {
      const values = new Float32Array(7).fill(2);
      values[at] = odd;
      expect(kernels().range(values).finite).toBe(false);
    }
    expect(kernels().range(new Float32Array(7).fill(2)).finite).toBe(true);
  });
});

describe('histogram', () => {
  it('counts every value once, in the bin of its floor', () => {
    fc.assert(fc.property(floats, fc.constantFrom(4, 64, 4096), (values, bins) => {
      const scale = 2 ** -120;
      const { zeros, finite } = kernels().histogram(values, scale, bins);
      const counts = new Float64Array(bins);
      kernels().takeCounts(counts);
      const expected = new Float64Array(bins);
      for (const v of values) expected[Math.floor(Math.fround(v * scale)) & (bins - 1)]! += 1;
      expect(counts).toEqual(expected);
      expect(zeros).toBe(values.filter((v) => v === 0).length);
      expect(finite).toBe(true);
    }), { numRuns: 40 });
  });

  it('forgets counts that are taken or dropped', () => {
    const values = new Float32Array(5).fill(1);
    kernels().histogram(values, 1, 8);
    kernels().dropCounts(8);
    kernels().histogram(values, 1, 8);
    const counts = new Float64Array(8);
    kernels().takeCounts(counts);
    kernels().takeCounts(counts);
    expect(Array.from(counts)).toEqual([0, 5, 0, 0, 0, 0, 0, 0]);
  });
});

const small = fc.float({ noNaN: true, min: -1000, max: 1000 });

it('sums in double precision', () => {
  fc.assert(fc.property(fc.array(small, { minLength: 1, maxLength: 50 }), (plain) => {
    const values = Float32Array.from(plain);
    const { sum, sumOfSquares } = kernels().moments(values);
    expect(sum).toBeCloseTo(plain.reduce((a, b) => a + b), 6);
    expect(sumOfSquares / 1e6).toBeCloseTo(plain.reduce((a, b) => a + b * b, 0) / 1e6, 9);
  }));
});

it('measures differences', () => {
  fc.assert(fc.property(fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 50 }), (pairs) => {
    const a = Float32Array.from(pairs, ([x]) => x);
    const b = Float32Array.from(pairs, ([, y]) => y);
    const measured = kernels().difference(a, b);
    const total = (f: (x: number, y: number) => number): number => pairs.reduce((s, [x, y]) => s + f(x, y), 0) / 1e6;
    expect(measured.sumOfSquaresA / 1e6).toBeCloseTo(total((x) => x * x), 9);
    expect(measured.sumOfSquaresB / 1e6).toBeCloseTo(total((_, y) => y * y), 9);
    expect(measured.dot / 1e6).toBeCloseTo(total((x, y) => x * y), 9);
    expect(measured.sumOfSquaredDifferences / 1e6).toBeCloseTo(total((x, y) => (x - y) ** 2), 9);
    expect(measured.largest).toBe(Math.max(...pairs.map(([x, y]) => Math.fround(Math.abs(Math.fround(x - y))))));
  }));
});

describe('addProducts', () => {
  it('adds the sum of products of every pair of elements to the upper triangle', () => {
    fc.assert(fc.property(
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 1000 }),
      (size, rows, seed) => {
        const stride = strideOf(size);
        const vectors = new Float32Array(rows * stride);
        // Small whole numbers: their sums are exact in any order.
        for (let r = 0; r < rows; r++) {
          for (let i = 0; i < size; i++) vectors[r * stride + i] = ((r * 7 + i * 3 + seed) % 11) - 5;
        }
        const sums = new Float64Array(size * size).fill(1);
        kernels().addProducts(vectors, rows, size, sums);
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            let expected = 1;
            if (j >= i) for (let r = 0; r < rows; r++) expected += vectors[r * stride + i]! * vectors[r * stride + j]!;
            expect(sums[i * size + j]).toBe(expected);
          }
        }
      },
    ), { numRuns: 30 });
  });

  it('takes the longest vectors', () => {
    const rows = kernels().rowsAtOnce(maxVector);
    const vectors = new Float32Array(rows * maxVector).fill(1);
    const sums = new Float64Array(maxVector * maxVector);
    kernels().addProducts(vectors, rows, maxVector, sums);
    expect(sums[0]).toBe(rows);
    expect(sums[maxVector * maxVector - 1]).toBe(rows);
    expect(sums[maxVector - 1]).toBe(rows);
    expect(sums[maxVector * (maxVector - 1)]).toBe(0);
  });
});
