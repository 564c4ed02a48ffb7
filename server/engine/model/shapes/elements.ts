/** Rearranging and rounding the known elements of small tensors. */

import { decodeSmallFloats, encodeSmallFloats, isSmallFloatType } from '../../tensor/float-formats.ts';
import { bitsPerElement, integerRange, isIntegerType, type DataType } from '../../tensor/dtype.ts';
import type { Dim } from '../types.ts';
import type { Elements } from './known.ts';

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i]!;
  }
  return strides;
}

/** Reads elements at `offset + Σ index * stride` for every index of `shape`, in row-major order. */
export function strided(
  elements: Elements,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): Elements {
  const count = shape.reduce((product, dim) => product * dim, 1);
  const out = new Array<Dim>(count);
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    out[i] = elements[at] ?? null;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      at += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/** Elements of a tensor of `shape` stretched to `to` by broadcasting. */
export function stretched(elements: Elements, shape: readonly number[], to: readonly number[]): Elements {
  const own = stridesOf(shape);
  const lead = to.length - shape.length;
  const strides = to.map((_, i) => (i < lead || shape[i - lead] === 1 ? 0 : own[i - lead]!));
  return strided(elements, to, strides);
}

/** The slices `indices` of a tensor of `shape` along `axis`, in that order. */
export function selected(
  elements: Elements,
  shape: readonly number[],
  axis: number,
  indices: readonly (number | null)[],
): Elements {
  const inner = shape.slice(axis + 1).reduce((product, dim) => product * dim, 1);
  const length = shape[axis]!;
  const outer = shape.slice(0, axis).reduce((product, dim) => product * dim, 1);
  const out: Dim[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of indices) {
      for (let i = 0; i < inner; i++) {
        out.push(index === null ? null : (elements[(o * length + index) * inner + i] ?? null));
      }
    }
  }
  return out;
}

/**
 * `value` as arithmetic in `dtype` gives it, or `null` where it is not certain: integers that overflow or are not
 * exact, and 16-bit floats that round (runtimes may compute those in 32 bits).
 */
export function rounded(dtype: DataType, value: number): number | null {
  if (Number.isNaN(value)) return null;
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'float64') return value;
  if (dtype === 'bool') return value === 0 ? 0 : 1;
  if (isIntegerType(dtype)) {
    if (!Number.isSafeInteger(value)) return null;
    const { min, max } = integerRange(dtype);
    return value >= min && value <= max ? value : null;
  }
  if (isSmallFloatType(dtype) && bitsPerElement(dtype) === 16) {
    return decodeSmallFloats(dtype, encodeSmallFloats(dtype, [value]))[0] === value ? value : null;
  }
  return null;
}
