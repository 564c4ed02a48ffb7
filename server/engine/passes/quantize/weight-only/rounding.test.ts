import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../util/random.ts';
import { dequantize, type BlockGrid, type BlockWeights, type WeightBits, type WeightMatrix } from './block-weights.ts';
import { defaultGptq, gptq } from './gptq.ts';
import { halfQuadratic, sparseError } from './half-quadratic.ts';
import { upperFactorOfInverse } from './inverse-factor.ts';
import { layerFit, fitError, refitted, type LayerFit } from './layer-fit.ts';
import { damp, momentsOf, outputPower, type Moments } from './moments.ts';
import { roundToNearest } from './round-to-nearest.ts';

function matrixFrom(rows: number, columns: number, random: Random, outliers = false): WeightMatrix {
  const values = Float32Array.from({ length: rows * columns }, () => {
    const value = random.normal();
    return outliers && random.below(20) === 0 ? value * 6 : value;
  });
  return { rows, columns, values };
}

/** [count][columns] inputs whose neighbours resemble each other. */
function inputsFrom(count: number, columns: number, random: Random): number[][] {
  return Array.from({ length: count }, () => {
    let last = random.normal();
    return Array.from({ length: columns }, () => (last = 0.8 * last + 0.6 * random.normal()));
  });
}

function secondMoments(inputs: readonly (readonly number[])[]): Moments {
  const size = inputs[0]!.length;
  const matrix = new Float64Array(size * size);
  for (const x of inputs) {
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j]! += x[i]! * x[j]!;
  }
  return [{ start: 0, size, matrix }];
}

/** Sum of squared differences of the outputs, input by input. */
function outputError(inputs: readonly (readonly number[])[], a: Float32Array, b: Float32Array): number {
  const columns = inputs[0]!.length;
  let sum = 0;
  for (const x of inputs) {
    for (let row = 0; row < a.length; row += columns) {
      let difference = 0;
      for (let k = 0; k < columns; k++) difference += (a[row + k]! - b[row + k]!) * x[k]!;
      sum += difference ** 2;
    }
  }
  return sum;
}

const grids: fc.Arbitrary<BlockGrid> = fc.record({
  bits: fc.constantFrom<WeightBits>(2, 3, 4, 8),
  blockSize: fc.constantFrom(8, 16, 24, 32),
  zeroPoints: fc.boolean(),
});

describe('rounding to nearest', () => {
  it('takes codes within their range, each the nearest of its block, for any number of columns', () => {
    const columnCounts = fc.integer({ min: 1, max: 70 });
    fc.assert(fc.property(grids, columnCounts, fc.nat(1000), fc.boolean(), (grid, columns, seed, search) => {
      const matrix = matrixFrom(3, columns, new Random(seed));
      const weights = roundToNearest(matrix, grid, search);
      const blocks = Math.ceil(columns / grid.blockSize);
      const real = dequantize(weights);
      for (let row = 0; row < 3; row++) {
        for (let k = 0; k < columns; k++) {
          const at = row * blocks + Math.floor(k / grid.blockSize);
          const scale = weights.scales[at]!;
          const value = matrix.values[row * columns + k]!;
          const own = Math.abs(value - real[row * columns + k]!);
          let least = Infinity;
          for (let code = 0; code < 2 ** grid.bits; code++) {
            least = Math.min(least, Math.abs(value - Math.fround((code - weights.zeroPoints[at]!) * scale)));
          }
          expect(own).toBeLessThanOrEqual(least + 1e-6);
        }
      }
    }), { numRuns: 25 });
  });

  it('errs at most half a step where ranges cover every weight, and less in all where it searches', () => {
    const matrix = matrixFrom(16, 96, new Random(3), true);
    const grid: BlockGrid = { bits: 4, blockSize: 32, zeroPoints: true };
    const plain = roundToNearest(matrix, grid, false);
    const real = dequantize(plain);
    for (let i = 0; i < real.length; i++) {
      const scale = plain.scales[Math.floor(i / 32)]!;
      // The zero point is rounded as well: the range may be off by half a step at its ends.
      expect(Math.abs(matrix.values[i]! - real[i]!)).toBeLessThanOrEqual(scale * 1.01);
    }
    const squared = (weights: BlockWeights): number =>
      dequantize(weights).reduce((sum, value, i) => sum + (matrix.values[i]! - value) ** 2, 0);
    expect(squared(roundToNearest(matrix, grid, true))).toBeLessThan(squared(plain) * 0.97);
  });

  it('refuses weights that are no numbers', () => {
    const matrix = { rows: 1, columns: 2, values: Float32Array.of(1, NaN) };
    const grid: BlockGrid = { bits: 4, blockSize: 16, zeroPoints: true };
    expect(() => roundToNearest(matrix, grid, false)).toThrow('A weight is infinite or not a number.');
  });
});

describe('HQQ', () => {
  it('lowers the norm of the errors that it is about, against rounding to nearest', () => {
    for (const bits of [2, 3, 4] as const) {
      const matrix = matrixFrom(24, 128, new Random(bits), true);
      const grid: BlockGrid = { bits, blockSize: 64, zeroPoints: true };
      const before = sparseError(matrix, roundToNearest(matrix, grid, false));
      expect(sparseError(matrix, halfQuadratic(matrix, grid))).toBeLessThan(before * 0.995);
    }
  });
});

describe('the factor of the inverse', () => {
  it('multiplies back to the identity', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(1000), (n, seed) => {
      const [{ matrix }] = damp(secondMoments(inputsFrom(2 * n, n, new Random(seed))), 0.01) as [Moments[number]];
      const upper = upperFactorOfInverse(matrix, n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) expect(upper[i * n + j]).toBe(0);
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < n; k++) {
            let inverse = 0;
            for (let m = 0; m < n; m++) inverse += upper[m * n + i]! * upper[m * n + k]!;
            sum += inverse * matrix[k * n + j]!;
          }
          expect(sum).toBeCloseTo(i === j ? 1 : 0, 6);
        }
      }
    }), { numRuns: 30 });
  });
});

/** GPTQ as its paper tells it: the inverse is made anew for the weights that are left after each one. */
function gptqByDefinition(
  row: readonly number[],
  h: readonly (readonly number[])[],
  scale: number,
  zero: number,
  top: number,
): number[] {
  const weights = [...row];
  const codes: number[] = [];
  for (let k = 0; k < row.length; k++) {
    const left = h.slice(k).map((r) => r.slice(k));
    const inverse = invert(left);
    const code = Math.min(top, Math.max(0, Math.round(weights[k]! / scale) + zero));
    codes.push(code);
    const error = (weights[k]! - (code - zero) * scale) / inverse[0]![0]!;
    for (let j = k; j < row.length; j++) weights[j]! -= error * inverse[0]![j - k]!;
  }
  return codes;
}

/** Gauss-Jordan. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let c = 0; c < n; c++) {
    const pivot = work[c]![c]!;
    work[c] = work[c]!.map((value) => value / pivot);
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = work[r]![c]!;
      work[r] = work[r]!.map((value, i) => value - factor * work[c]![i]!);
    }
  }
  return work.map((row) => row.slice(n));
}

describe('GPTQ', () => {
  const grid: BlockGrid = { bits: 4, blockSize: 16, zeroPoints: true };

  it('rounds as its definition does', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const columns = 7;
      const inputs = inputsFrom(40, columns, random);
      const matrix = matrixFrom(2, columns, random);
      const moments = secondMoments(inputs);
      const weights = gptq(matrix, grid, moments, { orders: ['in-order'], damping: 0.01, descent: 0 });
      const damped = damp(moments, 0.01)[0]!.matrix;
      const h = Array.from({ length: columns }, (_, i) => [...damped.subarray(i * columns, (i + 1) * columns)]);
      for (let row = 0; row < 2; row++) {
        const own = [...matrix.values.subarray(row * columns, (row + 1) * columns)];
        const wanted = gptqByDefinition(own, h, weights.scales[row]!, weights.zeroPoints[row]!, 15);
        expect([...weights.codes.subarray(row * columns, (row + 1) * columns)]).toEqual(wanted);
      }
    }
  });

  it('comes near the best of all codes on a matrix small enough to try them all', () => {
    const columns = 5;
    const two: BlockGrid = { bits: 2, blockSize: 8, zeroPoints: true };
    let found = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const random = new Random(seed);
      const inputs = inputsFrom(30, columns, random);
      const matrix = matrixFrom(1, columns, random);
      const weights = gptq(matrix, two, secondMoments(inputs), { ...defaultGptq, damping: 1e-9 });
      const own = outputError(inputs, matrix.values, dequantize(weights));
      let least = Infinity;
      for (let n = 0; n < 4 ** columns; n++) {
        const codes = Uint8Array.from({ length: columns }, (_, k) => (n >> (2 * k)) & 3);
        least = Math.min(least, outputError(inputs, matrix.values, dequantize({ ...weights, codes })));
      }
      expect(own).toBeGreaterThanOrEqual(least * (1 - 1e-6));
      if (own <= least * 1.001) found += 1;
    }
    expect(found).toBeGreaterThan(10);
  });

  it('errs far less at the outputs than rounding to nearest, on inputs that it has not seen too', () => {
    const random = new Random(5);
    const inputs = inputsFrom(400, 48, random);
    const fresh = inputsFrom(400, 48, random);
    const matrix = matrixFrom(12, 48, random);
    const nearest = dequantize(roundToNearest(matrix, grid, false));
    for (const options of [{ ...defaultGptq, descent: 0 }, defaultGptq]) {
      const rounded = dequantize(gptq(matrix, grid, secondMoments(inputs), options));
      expect(outputError(fresh, matrix.values, rounded)).toBeLessThan(0.6 * outputError(fresh, matrix.values, nearest));
    }
  });
});

describe('second moments', () => {
  it('give the error at the outputs', () => {
    const random = new Random(9);
    const inputs = inputsFrom(50, 6, random);
    const [a, b] = [matrixFrom(3, 6, random).values, matrixFrom(3, 6, random).values];
    expect(outputPower(a, b, 6, secondMoments(inputs))).toBeCloseTo(outputError(inputs, a, b), 6);
  });

  it('are whole, from upper triangles in several parts', () => {
    const triangle = (values: number[]) => [{ start: 0, size: 2, sums: Float64Array.from(values) }];
    const [block] = momentsOf(triangle([1, 2, 0, 3]), triangle([10, 20, 0, 30]));
    expect([...block!.matrix]).toEqual([11, 22, 22, 33]);
  });
});

/** What the observer sums: z·zᵀ of inputs, 1 and outputs. */
function fitFrom(
  inputs: readonly (readonly number[])[],
  outputs: readonly (readonly number[])[],
  bias?: Float32Array,
): LayerFit {
  const vectors = inputs.map((x, i) => [...x, 1, ...outputs[i]!]);
  const width = vectors[0]!.length;
  const sums = new Float64Array(width * width);
  for (const z of vectors) {
    for (let i = 0; i < width; i++) for (let j = i; j < width; j++) sums[i * width + j]! += z[i]! * z[j]!;
  }
  return layerFit([{ kind: 'regression', tap: 'x', inputs: inputs[0]!.length, sums, count: inputs.length }], bias);
}

describe('fitting to the float outputs', () => {
  const random = new Random(11);
  const inputs = inputsFrom(60, 5, random);
  const truth = matrixFrom(2, 5, random);
  const bias = Float32Array.of(0.5, -2);
  const outputs = inputs.map((x) => [0, 1].map((row) => {
    const sum = x.reduce((total, value, k) => total + value * truth.values[row * 5 + k]!, 0);
    return sum + bias[row]!;
  }));
  const fit = fitFrom(inputs, outputs, bias);

  it('finds the weights that made them', () => {
    const start = { rows: 2, columns: 5, values: new Float32Array(10) };
    const { values } = refitted(start, fit, 1e-9);
    for (let i = 0; i < 10; i++) expect(values[i]).toBeCloseTo(truth.values[i]!, 4);
  });

  it('stays with the original weights where it is told to', () => {
    const start = matrixFrom(2, 5, random);
    const { values } = refitted(start, fit, 1e9);
    for (let i = 0; i < 10; i++) expect(values[i]).toBeCloseTo(start.values[i]!, 4);
  });

  it('knows the error of any weights', () => {
    const other = matrixFrom(2, 5, random).values;
    expect(fitError(fit, truth.values)).toBeCloseTo(0, 3);
    expect(fitError(fit, other)).toBeCloseTo(outputError(inputs, truth.values, other), 3);
  });
});
