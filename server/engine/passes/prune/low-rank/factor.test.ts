import { describe, expect, it } from 'vitest';
import { Random } from '../../../util/random.ts';
import { channelFactors, spaceFactors, type Factors, type Matrix } from './factor.ts';

const random = new Random(2);
const [channels, inputs, height, width] = [5, 2, 3, 2] as const;
const reduction = inputs * height * width;
const rows = Float64Array.from({ length: channels * reduction }, () => random.normal());

/** Samples of which neighbours are alike, and their second moments as the observer gives them. */
const samples = Array.from({ length: 300 }, () => {
  const x: number[] = [];
  for (let i = 0; i < reduction; i++) x.push(random.normal() + 0.7 * (x[i - 1] ?? 0));
  return x;
});
const sums = new Float64Array(reduction * reduction);
for (const x of samples) {
  for (let i = 0; i < reduction; i++) for (let j = i; j < reduction; j++) sums[i * reduction + j]! += x[i]! * x[j]!;
}
const matrix: Matrix = {
  rows, channels, reduction, kernel: [height, width], blocks: [{ start: 0, size: reduction, sums }],
};

/** The full rows that two factors stand for. */
function product(factors: Factors, rank: number): Float64Array {
  const { first, second } = factors.at(rank);
  const full = new Float64Array(rows.length);
  for (let o = 0; o < channels; o++) {
    for (let r = 0; r < rank; r++) {
      for (let k = 0; k < reduction; k++) {
        const [tap, i] = [Math.floor(k / inputs), k % inputs];
        const [y, x] = [Math.floor(tap / width), tap % width];
        full[o * reduction + k]! += factors.split === 'space'
          ? first[r * height * inputs + y * inputs + i]! * second[(o * width + x) * rank + r]!
          : first[r * reduction + k]! * second[o * rank + r]!;
      }
    }
  }
  return full;
}

/** Share of the outputs' energy that is lost, sample by sample. */
function lost(full: Float64Array): number {
  let [error, energy] = [0, 0];
  for (const x of samples) {
    for (let o = 0; o < channels; o++) {
      let [y, miss] = [0, 0];
      for (let k = 0; k < reduction; k++) {
        y += rows[o * reduction + k]! * x[k]!;
        miss += (rows[o * reduction + k]! - full[o * reduction + k]!) * x[k]!;
      }
      error += miss * miss;
      energy += y * y;
    }
  }
  return error / energy;
}

describe.each([['channels', channelFactors], ['space', spaceFactors]] as const)('factors over %s', (_, make) => {
  const factors = make(matrix)!;

  it('lose what they say', () => {
    for (let rank = 1; rank < factors.mostRank; rank++) {
      expect(factors.error(rank)).toBeCloseTo(lost(product(factors, rank)), 6);
    }
  });

  it('lose nothing at full rank', () => {
    const full = product(factors, factors.mostRank);
    for (let i = 0; i < rows.length; i++) expect(Math.abs(full[i]! - rows[i]!)).toBeLessThan(1e-9);
  });
});

it('no other directions of the outputs lose less', () => {
  const factors = channelFactors(matrix)!;
  const best = factors.error(2);
  for (let trial = 0; trial < 50; trial++) {
    // Two random directions, made orthonormal.
    const a = Array.from({ length: channels }, () => random.normal());
    const b = Array.from({ length: channels }, () => random.normal());
    const dot = (u: readonly number[], v: readonly number[]) => u.reduce((sum, value, i) => sum + value * v[i]!, 0);
    const u = a.map((value) => value / Math.sqrt(dot(a, a)));
    const rest = b.map((value, i) => value - dot(u, b) * u[i]!);
    const v = rest.map((value) => value / Math.sqrt(dot(rest, rest)));
    const full = Float64Array.from(rows, (_, at) => {
      const [o, k] = [Math.floor(at / reduction), at % reduction];
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += (u[o]! * u[c]! + v[o]! * v[c]!) * rows[c * reduction + k]!;
      return sum;
    });
    expect(lost(full)).toBeGreaterThan(best);
  }
});
