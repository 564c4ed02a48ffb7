/**
 * Arithmetic of partly known dimensions. A symbol stands for one number throughout the main graph, `null` for any
 * number; results are exact or `null`, never a guess.
 */

import type { Dim } from '../types.ts';

export type Shape = readonly Dim[];

/** Ranks beyond this are taken as damage: the shape is unknown instead of an array of that length. */
const maxRank = 64;

/** `rank` unknown dimensions. */
export function unknownShape(rank: Dim | undefined): Shape | undefined {
  return typeof rank === 'number' && rank >= 0 && rank <= maxRank ? new Array<Dim>(rank).fill(null) : undefined;
}

/** A computed number as a dimension: `null` where it is not one (negative, fractional, too large to be exact). */
export function dimension(value: Dim | undefined): Dim {
  if (typeof value !== 'number') return value ?? null;
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Applies `f` to numbers; `null` when one is not known. */
export function compute(f: (...numbers: number[]) => number, ...dims: readonly (Dim | undefined)[]): Dim {
  return dims.every((d) => typeof d === 'number') ? dimension(f(...dims)) : null;
}

export function addDims(a: Dim, b: Dim): Dim {
  if (a === 0) return b;
  if (b === 0) return a;
  return compute((x, y) => x + y, a, b);
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  return compute((x, y) => x * y, a, b);
}

/** Number of elements; 1 for a scalar. */
export function countOf(dims: Shape): Dim {
  if (dims.includes(0)) return 0;
  let count: Dim = 1;
  for (const dim of dims) count = multiplyDims(count, dim);
  return count;
}

/** A dimension described twice, so both descriptions hold: the more telling one. Two different numbers give `null`. */
export function bothDims(a: Dim | undefined, b: Dim | undefined): Dim {
  if (a == null || a === b) return b ?? null;
  if (b == null) return a;
  if (typeof a === 'number') return typeof b === 'number' ? null : a;
  return typeof b === 'number' ? b : a;
}

/** A shape described twice, where both descriptions hold; unknown when the ranks differ. */
export function bothShapes(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b) return a ?? b;
  if (a.length !== b.length) return undefined;
  return a.map((dim, i) => bothDims(dim, b[i]));
}

/** A dimension that may be one or the other. */
export function eitherDim(a: Dim | undefined, b: Dim | undefined): Dim {
  return a === b ? (a ?? null) : null;
}

/** A shape that may be one or the other. */
export function eitherShape(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  return a && a.length === b?.length ? a.map((dim, i) => eitherDim(dim, b[i])) : undefined;
}

/** `undefined` for two numbers that do not broadcast. */
function broadcastDim(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a;
  return typeof b === 'number' ? b : null;
}

/**
 * Multidirectional broadcasting (ONNX specification, "Broadcasting"). A number other than 1 decides a dimension
 * whatever the others are, since they can only be equal or 1.
 *
 * @param conflict called when two numbers do not fit; the dimension is unknown then
 */
export function broadcast(shapes: readonly (Shape | undefined)[], conflict?: () => void): Shape | undefined {
  let rank = 0;
  for (const shape of shapes) {
    if (!shape) return undefined;
    rank = Math.max(rank, shape.length);
  }
  const out = new Array<Dim>(rank).fill(1);
  for (const shape of shapes as readonly Shape[]) {
    const offset = rank - shape.length;
    for (let i = 0; i < shape.length; i++) {
      const dim = broadcastDim(out[offset + i]!, shape[i]!);
      if (dim === undefined) conflict?.();
      out[offset + i] = dim ?? null;
    }
  }
  return out;
}

/** `axis` counted from the front, or undefined when it is out of range. */
export function positiveAxis(axis: number | undefined, rank: number): number | undefined {
  if (axis === undefined) return undefined;
  const positive = axis < 0 ? axis + rank : axis;
  return positive >= 0 && positive < rank ? positive : undefined;
}

/** The same for several axes; undefined when one is out of range. */
export function positiveAxes(axes: readonly number[], rank: number): readonly number[] | undefined {
  const positive = axes.map((axis) => positiveAxis(axis, rank));
  return positive.every((axis) => axis !== undefined) ? positive : undefined;
}

/** `shape` with dimension `axis` replaced. */
export function withDim(shape: Shape, axis: number, dim: Dim): Shape {
  const copy = [...shape];
  copy[axis] = dim;
  return copy;
}

/**
 * `numerator / denominator` of element counts, symbols cancelled: the dimension that makes two shapes hold as many
 * elements. `null` when it cannot be told.
 */
export function quotient(numerator: Shape, denominator: Shape): Dim {
  let number = 1;
  let divisor = 1;
  const symbols: string[] = [];
  for (const dim of numerator) {
    if (dim === null) return null;
    if (typeof dim === 'string') symbols.push(dim);
    else number *= dim;
  }
  for (const dim of denominator) {
    if (dim === null) return null;
    if (typeof dim === 'number') {
      divisor *= dim;
      continue;
    }
    const at = symbols.indexOf(dim);
    if (at < 0) return null;
    symbols.splice(at, 1);
  }
  if (divisor === 0 || number % divisor !== 0) return null;
  const [symbol, ...others] = symbols;
  if (symbol === undefined) return dimension(number / divisor);
  return number === divisor && others.length === 0 ? symbol : null;
}
