import { describe, expect, it } from 'vitest';
import type { GramResult } from '../../runtime/observers/gram.ts';
import { Random } from '../../util/random.ts';
import { roundWithFeedback } from './error-feedback.ts';
import {
  convLayout, matrixLayout, pairLimit, quantizeWeights, type QuantizedWeights, type WeightLayout,
} from './weights.ts';

/** Inputs of `length` numbers that share most of what they are: `mixing` of few sources. */
function correlatedInputs(random: Random, count: number, length: number): Float64Array[] {
  const sources = 5;
  const mixing = Array.from({ length: length * sources }, () => random.normal());
  return Array.from({ length: count }, () => {
    const source = Array.from({ length: sources }, () => random.normal());
    return Float64Array.from({ length }, (_, i) =>
      source.reduce((sum, s, j) => sum + s * mixing[i * sources + j]!, 0.3 * random.normal()),
    );
  });
}

/** What the observer would give, by its definition. */
function gramOf(groups: readonly (readonly Float64Array[])[], block: number): GramResult {
  const length = groups[0]![0]!.length;
  const blocks = groups.map((vectors) => {
    const list = [];
    for (let start = 0; start < length; start += block) {
      const size = Math.min(block, length - start);
      const sums = new Float64Array(size * size);
      for (let i = 0; i < size; i++) {
        for (let j = i; j < size; j++) {
          sums[i * size + j] = vectors.reduce((sum, x) => sum + x[start + i]! * x[start + j]!, 0);
        }
      }
      list.push({ start, size, sums });
    }
    return list;
  });
  return { kind: 'gram', tap: 'x', length, blocks, count: groups[0]!.length };
}

function real(weights: QuantizedWeights, channel: number, at: number): number {
  return (weights.codes[at]! - weights.zeroPoint) * weights.scales[weights.scales.length > 1 ? channel : 0]!;
}

/** ‖(W−Ŵ)X‖², by its definition. */
function outputError(
  values: Float32Array,
  weights: QuantizedWeights,
  layout: WeightLayout,
  groups: readonly (readonly Float64Array[])[],
): number {
  let error = 0;
  for (let c = 0; c < layout.channels; c++) {
    for (const x of groups[Math.floor((c * groups.length) / layout.channels)]!) {
      let sum = 0;
      for (let k = 0; k < layout.reduction; k++) {
        const at = layout.index(c, k);
        sum += (values[at]! - real(weights, c, at)) * x[k]!;
      }
      error += sum * sum;
    }
  }
  return error;
}

function randomWeights(random: Random, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => random.normal());
}

const options = { perChannel: true, pairSafe: false, search: true } as const;

const plainCodes = { type: 'int8', pairSafe: false } as const;
const pairedCodes = { type: 'int8', pairSafe: true } as const;

describe('rounding with error feedback', () => {
  it.each([
    { name: 'a matrix', layout: matrixLayout([40, 6], false), groups: 1, block: 256 },
    { name: 'a matrix in blocks', layout: matrixLayout([40, 6], false), groups: 1, block: 16 },
    { name: 'a transposed matrix', layout: matrixLayout([6, 40], true), groups: 1, block: 256 },
    { name: 'a convolution in groups', layout: convLayout([6, 4, 3, 3]), groups: 3, block: 256 },
  ])('errs less at the output than plain rounding: $name', ({ layout, groups, block }) => {
    const random = new Random(layout.channels, groups, block);
    for (const type of ['int8', 'uint8'] as const) {
      for (const perChannel of [true, false]) {
        const values = randomWeights(random, layout.channels * layout.reduction);
        const inputs = Array.from({ length: groups }, () => correlatedInputs(random, 200, layout.reduction));
        const plain = quantizeWeights(values, layout, { ...options, type, perChannel });
        const result = roundWithFeedback(values, layout, plain, gramOf(inputs, block), plainCodes);
        const [before, after] = [plain, result].map((w) => outputError(values, w, layout, inputs)) as [number, number];
        expect(after).toBeLessThan(before * 0.8);
        expect(result.scales).toEqual(plain.scales);
        let noise = 0;
        for (let c = 0; c < layout.channels; c++) {
          for (let k = 0; k < layout.reduction; k++) {
            const at = layout.index(c, k);
            expect(Math.abs(result.codes[at]! - result.zeroPoint)).toBeLessThanOrEqual(127);
            noise += (values[at]! - real(result, c, at)) ** 2;
          }
        }
        expect(result.noisePower / noise).toBeCloseTo(1, 6);
      }
    }
  });

  it('is plain rounding where inputs are not correlated', () => {
    const random = new Random(4);
    const layout = matrixLayout([30, 5], false);
    const values = randomWeights(random, 150);
    const plain = quantizeWeights(values, layout, { ...options, type: 'int8' });
    const units = Array.from({ length: 30 }, (_, i) => Float64Array.from({ length: 30 }, (_x, j) => (i === j ? 1 : 0)));
    expect(roundWithFeedback(values, layout, plain, gramOf([units], 256), plainCodes).codes).toEqual(plain.codes);
    const silent = [new Float64Array(30)];
    expect(roundWithFeedback(values, layout, plain, gramOf([silent], 256), plainCodes).codes).toEqual(plain.codes);
  });

  it('finds the same codes as solving for the weights left over, step by step', () => {
    // After each rounding the rest is chosen afresh by least squares: minimise dᵀHd with the rounded part of d fixed.
    const random = new Random(9);
    const n = 7;
    const layout = matrixLayout([n, 3], false);
    const values = randomWeights(random, n * 3);
    const inputs = correlatedInputs(random, 50, n);
    const plain = quantizeWeights(values, layout, { ...options, type: 'int8' });
    const result = roundWithFeedback(values, layout, plain, gramOf([inputs], 256), plainCodes);
    const h = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_x, j) => inputs.reduce((sum, x) => sum + x[i]! * x[j]!, 0)),
    );
    const damping = (0.01 * h.reduce((sum, row, i) => sum + row[i]!, 0)) / n;
    for (let i = 0; i < n; i++) h[i]![i]! += damping;
    for (let c = 0; c < 3; c++) {
      const scale = plain.scales[c]!;
      const wanted = Array.from({ length: n }, (_, k) => values[layout.index(c, k)]!);
      const errors: number[] = [];
      for (let k = 0; k < n; k++) {
        // The rest d_R solves H_RR d_R = -H_RF d_F; its first entry is what to round now.
        const rest = Array.from({ length: n - k }, (_, i) => k + i);
        const shift = solve(
          rest.map((i) => rest.map((j) => h[i]![j]!)),
          rest.map((i) => -errors.reduce((sum, d, f) => sum + h[i]![f]! * d, 0)),
        )[0]!;
        const code = Math.min(127, Math.max(-127, Math.round((wanted[k]! + shift) / scale)));
        expect(result.codes[layout.index(c, k)], `channel ${c}, weight ${k}`).toBe(code);
        errors.push(code * scale - wanted[k]!);
      }
    }
  });

  it.each([31, 32])('keeps neighbours of one sign within the limit of a pair: %i inputs', (length) => {
    const random = new Random(length);
    const layout = matrixLayout([length, 20], false);
    const values = randomWeights(random, length * 20).map((v) => Math.sign(v) + 0.1 * v);
    const inputs = correlatedInputs(random, 100, length);
    const plain = quantizeWeights(values, layout, { ...options, type: 'int8', pairSafe: true });
    const result = roundWithFeedback(values, layout, plain, gramOf([inputs], 8), pairedCodes);
    let tight = 0;
    for (let c = 0; c < 20; c++) {
      for (let k = 0; k + 1 < length; k += 2) {
        const pair = [result.codes[layout.index(c, k)]!, result.codes[layout.index(c, k + 1)]!] as const;
        if (pair[0] * pair[1] <= 0) continue;
        expect(Math.abs(pair[0] + pair[1])).toBeLessThanOrEqual(pairLimit);
        if (Math.abs(pair[0] + pair[1]) >= pairLimit - 1) tight += 1;
      }
    }
    expect(tight).toBeGreaterThan(0);
    const [before, after] = [plain, result].map((w) => outputError(values, w, layout, [inputs])) as [number, number];
    expect(after).toBeLessThan(before);
  });
});

/** Gaussian elimination with pivots. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const n = rows.length;
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i; r < n; r++) if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    [rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = rows[r]![i]! / rows[i]![i]!;
      for (let c = i; c <= n; c++) rows[r]![c]! -= factor * rows[i]![c]!;
    }
  }
  return rows.map((row, i) => row[n]! / row[i]!);
}
