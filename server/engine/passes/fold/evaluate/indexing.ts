/** Row-major index arithmetic: which source element each element of a result comes from. */

import { elementCount } from '../../../tensor/dtype.ts';

/** Elements per step along each axis of a row-major tensor. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length).fill(1);
  for (let i = dims.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * dims[i + 1]!;
  return strides;
}

/** For each element of a result of shape `dims`, in order: `offset` plus its coordinates times `strides`. */
export function walk(dims: readonly number[], strides: readonly number[], offset = 0): Uint32Array {
  const count = elementCount(dims);
  const map = new Uint32Array(count);
  const position = new Array<number>(dims.length).fill(0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    map[i] = at;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      position[axis]! += 1;
      at += strides[axis]!;
      if (position[axis]! < dims[axis]!) break;
      at -= strides[axis]! * dims[axis]!;
      position[axis] = 0;
    }
  }
  return map;
}

/** The shape that several shapes broadcast to; undefined when they do not fit. */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const dim = shape[i]!;
      if (dim === 1 || dim === result[at]) continue;
      if (result[at] !== 1) return undefined;
      result[at] = dim;
    }
  }
  return result;
}

/** For each element of a result of shape `to`, the element of a tensor of shape `from` that is spread there. */
export function broadcastMap(from: readonly number[], to: readonly number[]): Uint32Array {
  const own = stridesOf(from);
  const missing = to.length - from.length;
  const strides = to.map((_, axis) => (axis < missing || from[axis - missing] === 1 ? 0 : own[axis - missing]!));
  return walk(to, strides);
}

/** `axis` counted from the front; undefined when out of range. */
export function normalAxis(axis: number, rank: number): number | undefined {
  const normal = axis < 0 ? axis + rank : axis;
  return normal >= 0 && normal < rank ? normal : undefined;
}
