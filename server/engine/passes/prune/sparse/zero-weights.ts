/** Single weights of a layer become zero, chosen and made up for as the options say. */

import type { GramResult } from '../../../runtime/observers/gram.ts';
import { Random } from '../../../util/random.ts';
import { patternOf, type PruneOptions } from '../options.ts';
import { lowest, lowestBlocks, lowestOfPattern, lowestOfRows } from './choose-zeros.ts';
import { meanSquares } from './observe-inputs.ts';
import { pruneWithFeedback } from './prune-with-feedback.ts';
import { rowsOf, type SparseLayer } from './sparse-layer.ts';

/** How the weights that go were found. */
export type ChosenBy = 'error' | 'wanda' | 'magnitude' | 'random';

export interface Zeroed {
  /** [channels, reduction] */
  readonly rows: Float64Array;
  /** Marks of what is zero now, of the same shape. */
  readonly zeros: Uint8Array;
  readonly by: ChosenBy;
}

export const defaultPattern = '2:4';
const defaultBlock = [4, 1] as const;

/**
 * @param ratio of zeros; counts for nothing where there is a pattern
 * @param gram of the layer's input; without it size decides
 */
export function zeroWeights(
  layer: SparseLayer,
  ratio: number,
  gram: GramResult | undefined,
  options: PruneOptions,
  seed: number,
): Zeroed {
  const rows = rowsOf(layer);
  const by = criterion(options, gram);
  const { channels, reduction, groups } = layer;
  const rule = options.method === 'n:m' ? patternOf(options.pattern ?? defaultPattern) : { ratio };
  if (by === 'error' && options.method !== 'block') {
    const fed = rows.slice();
    const size = rows.length / groups;
    const parts = gram!.blocks.map((blocks, g) =>
      pruneWithFeedback(fed.subarray(g * size, (g + 1) * size), reduction, blocks, rule));
    if (parts.every((part) => part !== undefined)) {
      const zeros = new Uint8Array(rows.length);
      for (const [g, part] of parts.entries()) zeros.set(part, g * size);
      if (options.reconstruct) return { rows: fed, zeros, by };
      return { rows: withZeros(rows, zeros), zeros, by };
    }
  }
  const scores = scoresOf(layer, rows, by, gram, seed);
  const zeros = choose(scores, channels, reduction, ratio, by, options);
  return { rows: withZeros(rows, zeros), zeros, by };
}

function criterion({ importance }: PruneOptions, gram: GramResult | undefined): ChosenBy {
  if (importance === 'random' || importance === 'magnitude') return importance;
  if (!gram) return 'magnitude';
  return importance === 'wanda' ? 'wanda' : 'error';
}

function withZeros(rows: Float64Array, zeros: Uint8Array): Float64Array {
  return rows.map((value, i) => (zeros[i] ? 0 : value));
}

/** Wanda's score (Sun et al. 2023) stands for the error where whole blocks go. */
function scoresOf(
  { channels, reduction, groups }: SparseLayer,
  rows: Float64Array,
  by: ChosenBy,
  gram: GramResult | undefined,
  seed: number,
): Float64Array {
  if (by === 'random') {
    const random = new Random(seed, channels, reduction);
    return rows.map(() => random.next());
  }
  if (by === 'magnitude') return rows.map(Math.abs);
  const squares = Array.from({ length: groups }, (_, g) => meanSquares(gram!, g));
  return rows.map((value, i) => {
    const channel = Math.floor(i / reduction);
    const energy = value * value * squares[Math.floor((channel * groups) / channels)]![i % reduction]!;
    return by === 'error' ? energy : Math.sqrt(energy);
  });
}

function choose(
  scores: Float64Array,
  channels: number,
  reduction: number,
  ratio: number,
  by: ChosenBy,
  options: PruneOptions,
): Uint8Array {
  if (options.method === 'n:m') {
    const { stay, of } = patternOf(options.pattern ?? defaultPattern);
    return lowestOfPattern(scores, reduction, stay, of);
  }
  if (options.method === 'block') return lowestBlocks(scores, reduction, options.block ?? defaultBlock, ratio);
  if (by === 'wanda') return lowestOfRows(scores, reduction, Math.round(ratio * reduction));
  return lowest(scores, Math.round(ratio * channels * reduction));
}
