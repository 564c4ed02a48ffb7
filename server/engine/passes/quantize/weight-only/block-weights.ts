/**
 * A weight as few-bit codes with a scale, and maybe a zero point, for each block of neighbours: a matrix of one row for
 * each output, cut along the sum. real = (code - zeroPoint) * scale, the form of onnxruntime's MatMulNBits and of
 * ONNX's blocked DequantizeLinear.
 */

import { LatheError } from '../../../errors.ts';
import { decodeSmallFloats, encodeSmallFloats } from '../../../tensor/float-formats.ts';

/** Bits of a stored weight. */
export type WeightBits = 2 | 3 | 4 | 8;

/** How weights are cut and what a block stores. */
export interface BlockGrid {
  readonly bits: WeightBits;
  /** Weights that share a scale; the last block of a row may be shorter. */
  readonly blockSize: number;
  /** `false`: the zero point is the middle code, and is not stored. */
  readonly zeroPoints: boolean;
}

/** Row-major [rows, columns] float weights: one row for each output, a column for each factor of its sum. */
export interface WeightMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

export interface BlockWeights {
  readonly grid: BlockGrid;
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns], 0 to 2^bits - 1. */
  readonly codes: Uint8Array;
  /** [rows, blocks]; numbers that float16 holds exactly, wherever `halfScales` says so. */
  readonly scales: Float32Array;
  /** [rows, blocks]. */
  readonly zeroPoints: Uint8Array;
  readonly halfScales: boolean;
}

export function blocksOf(columns: number, blockSize: number): number {
  return Math.ceil(columns / blockSize);
}

/** The code of zero where no zero point is stored. */
export function middleCode(bits: WeightBits): number {
  return 2 ** (bits - 1);
}

/** Smallest largest scale that float16 holds with all its digits for the blocks that matter. */
const smallestHalfScale = 2 ** -12;
const largestHalf = 65504;

/**
 * Whether the scales of `matrix` are stored as float16: half their bytes, and chosen before the codes, so that they
 * cost nothing in accuracy. Weights too large or too small for it keep float32.
 *
 * @throws LatheError `UNSUPPORTED` when a weight is infinite or not a number
 */
export function fitsHalfScales({ values }: WeightMatrix, bits: WeightBits): boolean {
  let largest = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new LatheError('UNSUPPORTED', 'A weight is infinite or not a number.', { fix: 'Keep this layer float.' });
    }
    largest = Math.max(largest, Math.abs(value));
  }
  const scale = (2 * largest) / (2 ** bits - 1);
  return scale <= largestHalf && scale >= smallestHalfScale;
}

/** A scale as it will be stored; never zero. */
export function storedScale(scale: number, half: boolean): number {
  if (!half) return Math.fround(scale) || Math.fround(1e-8);
  return decodeSmallFloats('float16', encodeSmallFloats('float16', [scale]))[0]! || 2 ** -24;
}

/** [rows, columns] float weights that `weights` stand for. */
export function dequantize(weights: BlockWeights): Float32Array {
  const { grid: { blockSize }, rows, columns, codes, scales, zeroPoints } = weights;
  const blocks = blocksOf(columns, blockSize);
  const out = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const scale = scales[row * blocks + block]!;
      const zero = zeroPoints[row * blocks + block]!;
      const end = Math.min(columns, (block + 1) * blockSize);
      for (let k = block * blockSize; k < end; k++) {
        out[row * columns + k] = (codes[row * columns + k]! - zero) * scale;
      }
    }
  }
  return out;
}
