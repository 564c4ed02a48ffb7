/** Operators that move elements without looking at them: any type of whole bytes. */

import { Tensor } from '../../../model/tensor.ts';
import { bitsPerElement, elementCount } from '../../../tensor/dtype.ts';
import { integersOf, maxElements, type Evaluator, type Evaluators } from './evaluator.ts';
import { broadcastDims, broadcastMap, normalAxis, stridesOf, walk } from './indexing.ts';

/** Views of bytes as elements of 1, 2, 4 or 8 bytes. */
function cells(bytes: Uint8Array, size: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array | undefined {
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  switch (size) {
    case 1:
      return new Uint8Array(buffer, byteOffset, byteLength);
    case 2:
      return new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 4:
      return new Uint32Array(buffer, byteOffset, byteLength / 4);
    case 8:
      return new BigUint64Array(buffer, byteOffset, byteLength / 8);
    default:
      return undefined;
  }
}

/** `true` for types whose elements can be moved one by one. */
export function isMovable(tensor: Tensor): boolean {
  const bits = bitsPerElement(tensor.dtype);
  return tensor.dtype !== 'string' && bits >= 8 && bits <= 64;
}

/** The tensor of shape `dims` whose element i is element `map[i]` of `source`. */
export function take(source: Tensor, dims: readonly number[], map: Uint32Array): Tensor | undefined {
  if (!isMovable(source)) return undefined;
  const size = bitsPerElement(source.dtype) / 8;
  const from = cells(source.bytes().subarray(0, source.byteLength), size)!;
  const out = new Uint8Array(map.length * size);
  const to = cells(out, size)!;
  for (let i = 0; i < map.length; i++) to[i] = from[map[i]!]!;
  return Tensor.fromBytes(source.name, source.dtype, dims, out);
}

function one(tensor: Tensor | undefined): readonly Tensor[] | undefined {
  return tensor && [tensor];
}

function reshaped(tensor: Tensor, dims: readonly number[]): readonly Tensor[] | undefined {
  const fits = dims.every(Number.isInteger) && elementCount(dims) === tensor.size;
  return fits ? [tensor.withDims(dims)] : undefined;
}

const identity: Evaluator = ({ inputs: [x] }) => one(x);

const reshape: Evaluator = (evaluation) => {
  const { node, inputs: [x] } = evaluation;
  const target = integersOf(evaluation, 1, 'shape');
  if (!x || !target) return undefined;
  const keepZero = node.int('allowzero', 0) !== 0;
  const dims = target.map((dim, i) => (dim === 0 && !keepZero ? x.dims[i] ?? 0 : dim));
  const at = dims.indexOf(-1);
  if (at >= 0) {
    const others = elementCount(dims.filter((_, i) => i !== at));
    if (others === 0) return undefined;
    dims[at] = x.size / others;
  }
  return reshaped(x, dims);
};

const flatten: Evaluator = ({ node, inputs: [x] }) => {
  if (!x) return undefined;
  const axis = node.int('axis', 1);
  const from = axis < 0 ? axis + x.dims.length : axis;
  return reshaped(x, [elementCount(x.dims.slice(0, from)), elementCount(x.dims.slice(from))]);
};

const squeeze: Evaluator = (evaluation) => {
  const x = evaluation.inputs[0];
  if (!x) return undefined;
  const axes = integersOf(evaluation, 1, 'axes')?.map((axis) => (axis < 0 ? axis + x.dims.length : axis));
  return reshaped(x, x.dims.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1)));
};

const unsqueeze: Evaluator = (evaluation) => {
  const x = evaluation.inputs[0];
  const axes = integersOf(evaluation, 1, 'axes');
  if (!x || !axes) return undefined;
  const rank = x.dims.length + axes.length;
  const added = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  if (added.size !== axes.length) return undefined;
  let next = 0;
  return reshaped(x, Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : x.dims[next++] ?? 0)));
};

const transpose: Evaluator = ({ node, inputs: [x] }) => {
  if (!x) return undefined;
  const perm = node.ints('perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  const strides = stridesOf(x.dims);
  const dims = perm.map((axis) => x.dims[axis]!);
  return one(take(x, dims, walk(dims, perm.map((axis) => strides[axis]!))));
};

const expand: Evaluator = ({ inputs: [x, shape] }) => {
  if (!x || !shape) return undefined;
  const dims = broadcastDims(x.dims, shape.toNumbers());
  if (!dims || elementCount(dims) > maxElements) return undefined;
  return one(take(x, dims, broadcastMap(x.dims, dims)));
};

const tile: Evaluator = ({ inputs: [x, repeats], opset }) => {
  if (!x || !repeats || opset < 6) return undefined;
  const counts = repeats.toNumbers();
  const dims = x.dims.map((dim, i) => dim * counts[i]!);
  if (elementCount(dims) > maxElements) return undefined;
  // A repeated axis is two: how often, then the axis itself.
  const strides = stridesOf(x.dims);
  const split = x.dims.flatMap((dim, i) => [counts[i]!, dim]);
  return one(take(x, dims, walk(split, strides.flatMap((stride) => [0, stride]))));
};

const slice: Evaluator = (evaluation) => {
  const x = evaluation.inputs[0];
  const starts = integersOf(evaluation, 1, 'starts');
  const ends = integersOf(evaluation, 2, 'ends');
  if (!x || !starts || !ends) return undefined;
  const axes = integersOf(evaluation, 3, 'axes') ?? starts.map((_, i) => i);
  const steps = evaluation.inputs[4]?.toNumbers() ?? starts.map(() => 1);
  const dims = [...x.dims];
  const strides = stridesOf(x.dims);
  let offset = 0;
  for (let i = 0; i < starts.length; i++) {
    const axis = normalAxis(axes[i]!, x.dims.length);
    const step = steps[i]!;
    if (axis === undefined || step === 0) return undefined;
    const length = x.dims[axis]!;
    const clamp = (at: number, low: number, high: number): number =>
      Math.min(high, Math.max(low, at < 0 ? at + length : at));
    const start = step > 0 ? clamp(starts[i]!, 0, length) : clamp(starts[i]!, 0, length - 1);
    const end = step > 0 ? clamp(ends[i]!, 0, length) : clamp(ends[i]!, -1, length);
    dims[axis] = Math.max(0, Math.ceil((end - start) / step));
    offset += start * strides[axis]!;
    strides[axis]! *= step;
  }
  return one(take(x, dims, walk(dims, strides, offset)));
};

const gather: Evaluator = ({ node, inputs: [x, indices] }) => {
  if (!x || !indices) return undefined;
  const axis = normalAxis(node.int('axis', 0), x.dims.length);
  if (axis === undefined) return undefined;
  const length = x.dims[axis]!;
  const chosen = indices.toNumbers().map((index) => (index < 0 ? index + length : index));
  if (chosen.some((index) => index < 0 || index >= length)) return undefined;
  const inner = elementCount(x.dims.slice(axis + 1));
  const outer = elementCount(x.dims.slice(0, axis));
  const count = outer * chosen.length * inner;
  if (count > maxElements) return undefined;
  const map = new Uint32Array(count);
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const index of chosen) for (let i = 0; i < inner; i++) map[at++] = (o * length + index) * inner + i;
  }
  return one(take(x, [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)], map));
};

const concat: Evaluator = ({ node, inputs }) => {
  const parts = inputs.filter((part) => part !== undefined);
  const axis = normalAxis(node.int('axis', 1), parts[0]?.dims.length ?? 0);
  return axis === undefined ? undefined : one(joined(parts, axis));
};

function joined(parts: readonly Tensor[], axis: number): Tensor | undefined {
  const first = parts[0];
  if (!first) return undefined;
  if (!parts.every((part) => isMovable(part) && part.dtype === first.dtype)) return undefined;
  const dims = first.dims.map((dim, i) => (i === axis ? parts.reduce((sum, part) => sum + part.dims[i]!, 0) : dim));
  const outer = elementCount(dims.slice(0, axis));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const length = part.byteLength / outer;
      out.set(part.bytes().subarray(o * length, (o + 1) * length), at);
      at += length;
    }
  }
  return Tensor.fromBytes(first.name, first.dtype, dims, out);
}

const where: Evaluator = ({ inputs: [condition, x, y] }) => {
  if (!condition || !x || y?.dtype !== x.dtype) return undefined;
  const dims = broadcastDims(condition.dims, x.dims, y.dims);
  if (!dims || elementCount(dims) > maxElements) return undefined;
  const both = joined([x.withDims([x.size]), y.withDims([y.size])], 0);
  if (!both) return undefined;
  const chosen = condition.values() as Uint8Array;
  const [ofCondition, ofX, ofY] = [condition, x, y].map((tensor) => broadcastMap(tensor.dims, dims));
  const map = ofX!.map((from, i) => (chosen[ofCondition![i]!] ? from : x.size + ofY![i]!));
  return one(take(both, dims, map));
};

const split: Evaluator = (evaluation) => {
  const { node, inputs: [x] } = evaluation;
  if (!x) return undefined;
  const axis = normalAxis(node.int('axis', 0), x.dims.length);
  const lengths = integersOf(evaluation, 1, 'split');
  if (axis === undefined || !lengths) return undefined;
  const strides = stridesOf(x.dims);
  let start = 0;
  const parts: Tensor[] = [];
  for (const length of lengths) {
    const dims = x.dims.map((dim, i) => (i === axis ? length : dim));
    const part = take(x, dims, walk(dims, strides, start * strides[axis]!));
    if (!part) return undefined;
    parts.push(part);
    start += length;
  }
  return start === x.dims[axis] ? parts : undefined;
};

export const movementEvaluators: Evaluators = {
  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  Identity: identity,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
};
