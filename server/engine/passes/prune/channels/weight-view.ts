/** A weight seen along one of its axes. */

import type { Tensor } from '../../../model/tensor.ts';

/** Elements [outer, length, inner]: `length` is the axis, `outer` and `inner` are what lies before and after it. */
export interface WeightView {
  readonly values: Float32Array;
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function viewAlong(tensor: Tensor, axis: number): WeightView {
  return {
    values: tensor.toFloat32(),
    outer: tensor.dims.slice(0, axis).reduce((a, b) => a * b, 1),
    length: tensor.dims[axis]!,
    inner: tensor.dims.slice(axis + 1).reduce((a, b) => a * b, 1),
  };
}

/** For every index along the axis the sum over all elements there of `measure`. */
export function sumsAlong(view: WeightView, measure: (value: number) => number): Float64Array {
  const { values, outer, length, inner } = view;
  const sums = new Float64Array(length);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let k = 0; k < length; k++) {
      let sum = 0;
      for (let i = 0; i < inner; i++) sum += measure(values[at++]!);
      sums[k]! += sum;
    }
  }
  return sums;
}

/** [length, length]: products of every two slices along the axis, summed. */
export function productsAlong({ values, outer, length, inner }: WeightView): Float64Array {
  const products = new Float64Array(length * length);
  const column = new Float64Array(length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let k = 0; k < length; k++) column[k] = values[(o * length + k) * inner + i]!;
      for (let a = 0; a < length; a++) {
        const value = column[a]!;
        if (value === 0) continue;
        for (let b = a; b < length; b++) products[a * length + b]! += value * column[b]!;
      }
    }
  }
  for (let a = 0; a < length; a++) for (let b = 0; b < a; b++) products[a * length + b] = products[b * length + a]!;
  return products;
}
