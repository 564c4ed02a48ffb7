/**
 * GPTQ (Frantar et al. 2023): weights are rounded one column after the other, and what each loses is made up by those
 * not rounded yet, as the second moments of the inputs say. Then coordinate descent (as in QuantEase, Behdin et al.
 * 2023): every code is moved to where the layer's output errs least given all others, and the scales are fitted again.
 */

import { chooseScale, codeOf, type ScaleOptions } from './block-scale.ts';
import {
  blocksOf, fitsHalfScales, storedScale, type BlockGrid, type BlockWeights, type WeightMatrix,
} from './block-weights.ts';
import { upperFactorOfInverse } from './inverse-factor.ts';
import { damp, diagonal, type MomentBlock, type Moments } from './moments.ts';

export interface GptqOptions {
  /**
   * Columns with the largest inputs first, with scales chosen before rounding, from the original weights; or as they
   * come, with a block's scale chosen when rounding reaches it. With several, each row takes what errs least.
   */
  readonly orders: readonly ('by-activation' | 'in-order')[];
  /** Share of the mean diagonal that is added to it: 0.01 in the paper and its reference code. */
  readonly damping: number;
  /** Rounds of coordinate descent behind it; 0 is plain GPTQ. */
  readonly descent: number;
}

export const defaultGptq: GptqOptions = { orders: ['by-activation', 'in-order'], damping: 0.01, descent: 3 };

/** The mutable state that the steps share. */
interface Rounding {
  readonly grid: BlockGrid;
  readonly columns: number;
  readonly blocks: number;
  readonly codes: Uint8Array;
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  readonly options: ScaleOptions;
}

/** @param moments of the layer's input, over the same columns as `matrix` */
export function gptq(matrix: WeightMatrix, grid: BlockGrid, moments: Moments, how: GptqOptions): BlockWeights {
  const { rows, columns, values } = matrix;
  const blocks = blocksOf(columns, grid.blockSize);
  const halfScales = fitsHalfScales(matrix, grid.bits);
  const state: Rounding = {
    grid,
    columns,
    blocks,
    codes: new Uint8Array(rows * columns),
    scales: new Float32Array(rows * blocks),
    zeroPoints: new Uint8Array(rows * blocks),
    options: { bits: grid.bits, zeroPoints: grid.zeroPoints, halfScales, search: true },
  };
  const damped = damp(moments, how.damping);
  const importance = diagonal(damped, columns);
  const tries = how.orders.map((order) => ({
    byActivation: order === 'by-activation',
    parts: damped.map((block) => ordered(block, order === 'by-activation')),
  }));
  const row = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    const original = values.subarray(r * columns, (r + 1) * columns);
    let leastError = Infinity;
    let best: RowState | undefined;
    for (const { byActivation, parts } of tries) {
      row.set(original);
      if (byActivation) for (let b = 0; b < blocks; b++) setScale(state, r, b, original, importance);
      for (const part of parts) roundPart(state, r, row, part, byActivation ? undefined : importance);
      for (let i = 0; i < how.descent; i++) {
        descend(state, r, original, damped);
        fitScales(state, r, original, damped);
      }
      if (how.descent > 0) descend(state, r, original, damped);
      if (tries.length === 1) continue;
      const error = rowError(state, r, original, damped);
      if (error >= leastError) continue;
      leastError = error;
      best = takeRow(state, r);
    }
    if (best) putRow(state, r, best);
  }
  const { codes, scales, zeroPoints } = state;
  return { grid, rows, columns, codes, scales, zeroPoints, halfScales };
}

type RowState = Pick<Rounding, 'codes' | 'scales' | 'zeroPoints'>;

function takeRow({ columns, blocks, codes, scales, zeroPoints }: Rounding, r: number): RowState {
  return {
    codes: codes.slice(r * columns, (r + 1) * columns),
    scales: scales.slice(r * blocks, (r + 1) * blocks),
    zeroPoints: zeroPoints.slice(r * blocks, (r + 1) * blocks),
  };
}

function putRow({ columns, blocks, codes, scales, zeroPoints }: Rounding, r: number, row: RowState): void {
  codes.set(row.codes, r * columns);
  scales.set(row.scales, r * blocks);
  zeroPoints.set(row.zeroPoints, r * blocks);
}

/** (w - quantized w)·H·(w - quantized w)ᵀ of row `r`. */
function rowError(state: Rounding, r: number, original: Float32Array, moments: Moments): number {
  let sum = 0;
  for (const { start, size, matrix } of moments) {
    const gradient = gradientOf(state, r, original, start, size, matrix);
    for (let i = 0; i < size; i++) sum += gradient[i]! * errorOf(state, r, original, start + i);
  }
  return sum;
}

function errorOf(state: Rounding, r: number, original: Float32Array, k: number): number {
  const { grid: { blockSize }, columns, blocks, codes, scales, zeroPoints } = state;
  const at = r * blocks + Math.floor(k / blockSize);
  return original[k]! - (codes[r * columns + k]! - zeroPoints[at]!) * scales[at]!;
}

/** One block of inputs in the order of rounding, with the factor of its inverse in that order. */
interface Part {
  /** [size] columns. */
  readonly order: Int32Array;
  /** [size, size] upper factor U with UᵀU = H⁻¹. */
  readonly factor: Float64Array;
}

function ordered({ start, size, matrix }: MomentBlock, byActivation: boolean): Part {
  const local = Int32Array.from({ length: size }, (_, i) => i);
  if (byActivation) local.sort((a, b) => matrix[b * size + b]! - matrix[a * size + a]! || a - b);
  const permuted = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) permuted[i * size + j] = matrix[local[i]! * size + local[j]!]!;
  }
  return { order: local.map((i) => start + i), factor: upperFactorOfInverse(permuted, size) };
}

function setScale(state: Rounding, r: number, block: number, row: ArrayLike<number>, importance: Float64Array): void {
  const { grid: { blockSize }, columns, blocks, options } = state;
  const start = block * blockSize;
  const chosen = chooseScale(row, start, Math.min(columns, start + blockSize), options, importance);
  state.scales[r * blocks + block] = chosen.scale;
  state.zeroPoints[r * blocks + block] = chosen.zeroPoint;
}

/** @param importance set: the scale of a block is chosen when rounding reaches it, from what the weights are by then */
function roundPart(state: Rounding, r: number, row: Float64Array, part: Part, importance?: Float64Array): void {
  const { grid: { bits, blockSize }, columns, blocks, codes, scales, zeroPoints } = state;
  const { order, factor } = part;
  const size = order.length;
  const top = 2 ** bits - 1;
  for (let i = 0; i < size; i++) {
    const k = order[i]!;
    const block = Math.floor(k / blockSize);
    if (importance && k % blockSize === 0) setScale(state, r, block, row, importance);
    const scale = scales[r * blocks + block]!;
    const zero = zeroPoints[r * blocks + block]!;
    const code = codeOf(row[k]!, scale, zero, top);
    codes[r * columns + k] = code;
    const error = (row[k]! - (code - zero) * scale) / factor[i * size + i]!;
    for (let j = i + 1; j < size; j++) row[order[j]!]! -= error * factor[i * size + j]!;
  }
}

/** Moves every code of row `r` to the best value given the others. */
function descend(state: Rounding, r: number, original: Float32Array, moments: Moments): void {
  const { grid: { bits, blockSize }, columns, blocks, codes, scales, zeroPoints } = state;
  const top = 2 ** bits - 1;
  for (const { start, size, matrix } of moments) {
    const gradient = gradientOf(state, r, original, start, size, matrix);
    for (let i = 0; i < size; i++) {
      const k = start + i;
      const block = Math.floor(k / blockSize);
      const scale = scales[r * blocks + block]!;
      const zero = zeroPoints[r * blocks + block]!;
      const now = codes[r * columns + k]!;
      const wanted = (now - zero) * scale + gradient[i]! / matrix[i * size + i]!;
      const code = codeOf(wanted, scale, zero, top);
      if (code === now) continue;
      codes[r * columns + k] = code;
      const change = (code - now) * scale;
      for (let j = 0; j < size; j++) gradient[j]! -= change * matrix[i * size + j]!;
    }
  }
}

/** Fits the scale of every block of row `r` to its codes, where the stored scale gains by it. */
function fitScales(state: Rounding, r: number, original: Float32Array, moments: Moments): void {
  const { grid: { blockSize }, columns, blocks, codes, scales, zeroPoints, options } = state;
  for (const { start, size, matrix } of moments) {
    const gradient = gradientOf(state, r, original, start, size, matrix);
    for (let first = start; first < start + size;) {
      const block = Math.floor(first / blockSize);
      const last = Math.min(start + size, (block + 1) * blockSize);
      const zero = zeroPoints[r * blocks + block]!;
      // A block that reaches beyond these inputs would need both parts' errors.
      const whole = block * blockSize >= start && (last === columns || last === (block + 1) * blockSize);
      const along = new Float64Array(size);
      let slope = 0;
      let curvature = 0;
      for (let k = first; k < last; k++) {
        const code = codes[r * columns + k]! - zero;
        if (code === 0) continue;
        slope += code * gradient[k - start]!;
        for (let j = 0; j < size; j++) along[j]! += code * matrix[(k - start) * size + j]!;
      }
      for (let k = first; k < last; k++) curvature += (codes[r * columns + k]! - zero) * along[k - start]!;
      first = last;
      if (!whole || curvature <= 0) continue;
      const before = scales[r * blocks + block]!;
      const after = storedScale(before + slope / curvature, options.halfScales);
      const change = after - before;
      // The change of the error: -2 · slope · change + curvature · change².
      if (change === 0 || change * (curvature * change - 2 * slope) >= 0) continue;
      scales[r * blocks + block] = after;
      for (let j = 0; j < size; j++) gradient[j]! -= change * along[j]!;
    }
  }
}

/** H·(w - quantized w) of one block of inputs. */
function gradientOf(
  state: Rounding,
  r: number,
  original: Float32Array,
  start: number,
  size: number,
  matrix: Float64Array,
): Float64Array {
  const gradient = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const error = errorOf(state, r, original, start + i);
    for (let j = 0; j < size; j++) gradient[j]! += error * matrix[i * size + j]!;
  }
  return gradient;
}
