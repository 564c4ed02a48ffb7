/**
 * Two thinner layers in place of one, by the error of the outputs on the calibration data.
 *
 * By channels: the outputs W·x are projected on their r strongest directions, which are the eigenvectors of W·H·Wᵀ with
 * H = E[x·xᵀ]; the projection is the best of its rank (Zhang et al., "Accelerating very deep convolutional networks",
 * 2015). By space: a kernel h × w becomes one of h × 1 and one of 1 × w (Jaderberg et al. 2014), by singular values of
 * the weights.
 */

import type { GramBlock } from '../../../runtime/observers/gram.ts';
import { symmetricEigen } from './eigen.ts';

/** How a layer is taken apart. */
export type Split = 'channels' | 'space';

/** Rows [channels, reduction] of a layer, kernel position first and input channel innermost, and where they act. */
export interface Matrix {
  readonly rows: Float64Array;
  readonly channels: number;
  readonly reduction: number;
  /** [height, width]; [1, 1] for matrices. */
  readonly kernel: readonly [number, number];
  /** Second moments of the inputs; absent: all inputs count the same. */
  readonly blocks?: readonly GramBlock[];
}

/** The factors of a layer for every rank. */
export interface Factors {
  readonly split: Split;
  readonly mostRank: number;
  /** Share of the outputs' energy that is lost at `rank`. */
  error(rank: number): number;
  /** [rank, firstReduction] and [channels, secondReduction]: the first acts first. */
  at(rank: number): { readonly first: Float64Array; readonly second: Float64Array };
}

/** Longer sides take too long to take apart. */
const longest = 640;

export function channelFactors(matrix: Matrix): Factors | undefined {
  const { rows, channels, reduction } = matrix;
  if (channels > longest) return undefined;
  const { values, vectors } = symmetricEigen(outputMoments(matrix), channels);
  const left = tails(values);
  return {
    split: 'channels',
    mostRank: channels,
    error: (rank) => left[rank]!,
    at(rank) {
      const first = new Float64Array(rank * reduction);
      const second = new Float64Array(channels * rank);
      for (let r = 0; r < rank; r++) {
        for (let c = 0; c < channels; c++) {
          const share = vectors[r * channels + c]!;
          second[c * rank + r] = share;
          for (let k = 0; k < reduction; k++) first[r * reduction + k]! += share * rows[c * reduction + k]!;
        }
      }
      return { first, second };
    },
  };
}

export function spaceFactors(matrix: Matrix): Factors | undefined {
  const { rows, channels, reduction, kernel: [height, width] } = matrix;
  if (height === 1 || width === 1) return undefined;
  const inputs = reduction / (height * width);
  const tall = height * inputs;
  const wide = width * channels;
  if (Math.min(tall, wide) > longest) return undefined;
  // m[(y, i), (x, o)]
  const m = new Float64Array(tall * wide);
  const place = (o: number, y: number, x: number, i: number): number => o * reduction + (y * width + x) * inputs + i;
  each(height, inputs, (y, i) => each(width, channels, (x, o) => {
    m[(y * inputs + i) * wide + x * channels + o] = rows[place(o, y, x, i)]!;
  }));
  const { u, v, rank: mostRank } = singular(m, tall, wide);
  const at = (rank: number): { first: Float64Array; second: Float64Array } => {
    const first = new Float64Array(rank * tall);
    const second = new Float64Array(channels * width * rank);
    for (let r = 0; r < rank; r++) {
      first.set(u.subarray(r * tall, (r + 1) * tall), r * tall);
      each(width, channels, (x, o) => {
        second[(o * width + x) * rank + r] = v[r * wide + x * channels + o]!;
      });
    }
    return { first, second };
  };
  const known = new Map<number, number>();
  const measured = (rank: number): number => {
    const missing = rows.slice();
    for (let r = 0; r < rank; r++) {
      each(height, inputs, (y, i) => each(width, channels, (x, o) => {
        missing[place(o, y, x, i)]! -= u[r * tall + y * inputs + i]! * v[r * wide + x * channels + o]!;
      }));
    }
    return energyOf(missing, matrix) / (energyOf(rows, matrix) || 1);
  };
  return {
    split: 'space',
    mostRank,
    error(rank) {
      const error = known.get(rank) ?? measured(rank);
      known.set(rank, error);
      return error;
    },
    at,
  };
}

function each(a: number, b: number, visit: (i: number, j: number) => void): void {
  for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) visit(i, j);
}

/** Share of the sum that is left from index k on: [n + 1]. */
function tails(values: Float64Array): Float64Array {
  const left = new Float64Array(values.length + 1);
  for (let i = values.length - 1; i >= 0; i--) left[i] = left[i + 1]! + values[i]!;
  const total = left[0]! || 1;
  return left.map((value) => value / total);
}

/** M = Σ uᵣ·vᵣᵀ, strongest first, the singular value shared between both; rows of u and v are the vectors. */
function singular(
  m: Float64Array,
  tall: number,
  wide: number,
): { readonly u: Float64Array; readonly v: Float64Array; readonly rank: number } {
  const isTall = tall > wide;
  const short = Math.min(tall, wide);
  const long = Math.max(tall, wide);
  const get = (s: number, l: number): number => (isTall ? m[l * wide + s]! : m[s * wide + l]!);
  const products = new Float64Array(short * short);
  for (let a = 0; a < short; a++) {
    for (let b = a; b < short; b++) {
      let sum = 0;
      for (let l = 0; l < long; l++) sum += get(a, l) * get(b, l);
      products[a * short + b] = products[b * short + a] = sum;
    }
  }
  const { values, vectors } = symmetricEigen(products, short);
  let rank = short;
  while (rank > 1 && values[rank - 1]! <= 1e-14 * values[0]!) rank -= 1;
  const near = new Float64Array(rank * short);
  const far = new Float64Array(rank * long);
  for (let r = 0; r < rank; r++) {
    const root = Math.sqrt(Math.sqrt(values[r]!)) || 1;
    for (let s = 0; s < short; s++) {
      const part = vectors[r * short + s]!;
      near[r * short + s] = part * root;
      for (let l = 0; l < long; l++) far[r * long + l]! += (part * get(s, l)) / root;
    }
  }
  return isTall ? { u: far, v: near, rank } : { u: near, v: far, rank };
}

/** W·H·Wᵀ: [channels, channels]. */
function outputMoments({ rows, channels, reduction, blocks }: Matrix): Float64Array {
  const seen = timesMoments(rows, channels, reduction, blocks);
  const moments = new Float64Array(channels * channels);
  for (let a = 0; a < channels; a++) {
    for (let b = a; b < channels; b++) {
      let sum = 0;
      for (let k = 0; k < reduction; k++) sum += seen[a * reduction + k]! * rows[b * reduction + k]!;
      moments[a * channels + b] = moments[b * channels + a] = sum;
    }
  }
  return moments;
}

/** The mean energy of the outputs that rows make. */
function energyOf(rows: Float64Array, { channels, reduction, blocks }: Matrix): number {
  const seen = timesMoments(rows, channels, reduction, blocks);
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += seen[i]! * rows[i]!;
  return sum;
}

/** Rows times H, whose upper triangle the blocks hold. */
function timesMoments(
  rows: Float64Array,
  channels: number,
  reduction: number,
  blocks: readonly GramBlock[] | undefined,
): Float64Array {
  if (!blocks) return rows;
  const result = new Float64Array(rows.length);
  for (const { start, size, sums } of blocks) {
    for (let c = 0; c < channels; c++) {
      const at = c * reduction + start;
      for (let i = 0; i < size; i++) {
        const value = rows[at + i]!;
        result[at + i]! += value * sums[i * size + i]!;
        for (let j = i + 1; j < size; j++) {
          const moment = sums[i * size + j]!;
          result[at + j]! += value * moment;
          result[at + i]! += rows[at + j]! * moment;
        }
      }
    }
  }
  return result;
}
