/** Operators that change how elements are arranged, not what they are. */

import type { Dim } from '../../types.ts';
import {
  compute,
  countOf,
  dimension,
  multiplyDims,
  positiveAxes,
  positiveAxis,
  quotient,
  unknownShape,
  type Shape,
} from '../dims.ts';
import { strided, stridesOf } from '../elements.ts';
import { isSmall, tensor, type Elements } from '../known.ts';
import { shapeText, type NodeFacts, type Outputs, type Rules } from '../node-facts.ts';

/**
 * The shape that a target such as [0, -1, 64] asks for: 0 copies the input's dimension (unless `allowZero`), -1 is what
 * remains. One dimension that is not known follows from the number of elements like a -1.
 */
export function reshaped(input: Shape | undefined, target: Shape, allowZero: boolean): Shape {
  const copies = (i: number): boolean => target[i] === 0 && !allowZero;
  const out = target.map((d, i) => (copies(i) ? (input?.[i] ?? null) : dimension(d)));
  const open = out.flatMap((d, i) => (d === null && !copies(i) ? [i] : []));
  const [at] = open;
  if (input && at !== undefined && open.length === 1) {
    // Copied dimensions are on both sides, so they need not be known.
    const others = out.filter((_, i) => i !== at && !copies(i));
    out[at] = quotient(input.filter((_, i) => !copies(i)), others);
  }
  return out;
}

function reshape(n: NodeFacts): Outputs {
  const input = n.shape(0);
  const attribute: Shape | undefined = n.opset < 5 ? n.node.ints('shape') : undefined;
  const target = attribute ?? n.elements(1) ?? unknownShape(n.dim(1, 0));
  const out = target && reshaped(input, target, n.node.int('allowzero', 0) !== 0);
  if (input && out) {
    const [before, after] = [countOf(input), countOf(out)];
    if (typeof before === 'number' && typeof after === 'number' && before !== after) {
      n.problem(`an input of shape ${shapeText(input)} cannot take the shape ${shapeText(target)}`);
      return [tensor(n.dtype(0), unknownShape(out.length))];
    }
  }
  return [tensor(n.dtype(0), out, n.elements(0))];
}

function transpose(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const perm = n.node.ints('perm') ?? shape?.map((_, i) => shape.length - 1 - i);
  if (!shape || !perm) return [tensor(n.dtype(0), unknownShape(perm?.length))];
  const axes = positiveAxes(perm, shape.length);
  if (axes?.length !== shape.length) return [tensor(n.dtype(0), unknownShape(shape.length))];
  const out = axes.map((axis) => shape[axis]!);
  return [tensor(n.dtype(0), out, transposedElements(n, shape, axes))];
}

function transposedElements(n: NodeFacts, shape: Shape, axes: readonly number[]): Elements | undefined {
  const elements = isSmall(shape) ? n.elements(0) : undefined;
  if (!elements || !isSmall(shape)) return undefined;
  const strides = stridesOf(shape);
  return strided(elements, axes.map((axis) => shape[axis]!), axes.map((axis) => strides[axis]!));
}

/** Axes of Squeeze and Unsqueeze: an input from opset 13 on. */
function axesOf(n: NodeFacts): readonly number[] | undefined {
  return n.integers('axes', 1);
}

function squeeze(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const dtype = n.dtype(0);
  const axes = axesOf(n);
  if (!shape) return [tensor(dtype)];
  if (axes) {
    const known = positiveAxes(axes, shape.length);
    return [tensor(dtype, known && shape.filter((_, i) => !known.includes(i)), n.elements(0))];
  }
  if (n.has(1)) {
    const count = n.dim(1, 0);
    return [tensor(dtype, typeof count === 'number' && count > 0 ? unknownShape(shape.length - count) : undefined)];
  }
  // Without axes every dimension of 1 goes, so all have to be known.
  const decided = shape.every((d) => typeof d === 'number');
  return [tensor(dtype, decided ? shape.filter((d) => d !== 1) : undefined, n.elements(0))];
}

function unsqueeze(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const dtype = n.dtype(0);
  const axes = axesOf(n);
  if (!shape) return [tensor(dtype)];
  if (!axes) return [tensor(dtype, unknownShape(compute((rank, more) => rank + more, shape.length, n.dim(1, 0))))];
  const rank = shape.length + axes.length;
  const places = positiveAxes(axes, rank);
  if (!places || new Set(places).size < places.length) return [tensor(dtype, unknownShape(rank))];
  const rest = shape.values();
  const out = Array.from({ length: rank }, (_, i): Dim => (places.includes(i) ? 1 : (rest.next().value ?? null)));
  return [tensor(dtype, out, n.elements(0))];
}

function flatten(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = n.node.int('axis', 1);
  // The axis may be the rank itself: everything then goes into the first dimension.
  const at = shape && (axis === shape.length ? axis : positiveAxis(axis, shape.length));
  if (at === undefined) return [tensor(n.dtype(0), unknownShape(2))];
  return [tensor(n.dtype(0), [countOf(shape!.slice(0, at)), countOf(shape!.slice(at))], n.elements(0))];
}

/** Moves blocks of `blocksize` x `blocksize` pixels into channels, or back. */
function blocks(toDepth: boolean) {
  return (n: NodeFacts): Outputs => {
    const shape = n.shape(0);
    const block = n.node.int('blocksize') ?? null;
    if (shape?.length !== 4) return [tensor(n.dtype(0), unknownShape(4))];
    const [batch, channels, height, width] = shape as readonly [Dim, Dim, Dim, Dim];
    const area = compute((b) => b * b, block);
    const grow = (d: Dim, by: Dim): Dim => multiplyDims(d, by);
    const shrink = (d: Dim, by: Dim): Dim => (by === 1 ? d : compute((x, y) => x / y, d, by));
    const out = toDepth
      ? [batch, grow(channels, area), shrink(height, block), shrink(width, block)]
      : [batch, shrink(channels, area), grow(height, block), grow(width, block)];
    return [tensor(n.dtype(0), out)];
  };
}

export const layoutRules: Rules = {
  Identity: (n) => [n.inputs[0]],
  Reshape: reshape,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Flatten: flatten,
  DepthToSpace: blocks(false),
  SpaceToDepth: blocks(true),
  ReverseSequence: (n) => [tensor(n.dtype(0), n.shape(0))],
  Trilu: (n) => [tensor(n.dtype(0), n.shape(0))],
};
