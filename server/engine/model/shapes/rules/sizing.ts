/** Operators that stretch, repeat and pad. */

import { elementCount } from '../../../tensor/dtype.ts';
import type { Dim } from '../../types.ts';
import { broadcast, compute, countOf, dimension, multiplyDims, positiveAxes, unknownShape } from '../dims.ts';
import { stretched } from '../elements.ts';
import { isSmall, tensor, type Elements } from '../known.ts';
import { shapeText, type NodeFacts, type Outputs, type Rules } from '../node-facts.ts';

function expand(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const target = n.elements(1)?.map((d) => dimension(d)) ?? unknownShape(n.dim(1, 0));
  const out = broadcast([shape, target], () => {
    n.problem(`an input of shape ${shapeText(shape)} cannot be expanded to ${shapeText(target)}`);
  });
  if (!isSmall(out) || !isSmall(shape) || !n.inputs[0]?.hasElements) return [tensor(n.dtype(0), out)];
  const elements = n.elements(0);
  return [tensor(n.dtype(0), out, elements && stretched(elements, shape, out))];
}

function tile(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const dtype = n.dtype(0);
  if (!shape) return [tensor(dtype, unknownShape(n.dim(1, 0)))];
  if (n.opset < 6) return [tensor(dtype, unknownShape(shape.length))];
  const repeats = n.elements(1);
  const out = shape.map((d, i) => multiplyDims(d, dimension(repeats?.[i])));
  const source = n.elements(0);
  // A single element repeated stays what it is wherever it lands.
  const fill = source?.length === 1 && isSmall(out) ? new Array<Dim>(elementCount(out)).fill(source[0]!) : undefined;
  return [tensor(dtype, out, fill)];
}

/** Pads of each axis as [before, after], from the flat list of all befores, then all afters. */
function padded(shape: readonly Dim[], pads: Elements | undefined, axes: readonly number[] | undefined): Dim[] {
  const out = [...shape];
  const places = axes ?? shape.map((_, i) => i);
  places.forEach((axis, i) => {
    const [before, after] = [pads?.[i] ?? null, pads?.[i + places.length] ?? null];
    const total = typeof before === 'number' && typeof after === 'number' ? before + after : null;
    out[axis] = total === 0 ? shape[axis]! : compute((d, p) => d + p, shape[axis], total);
  });
  return out;
}

/** Attributes before opset 11 (`paddings` in opset 1), inputs from then on; axes from opset 18 on. */
export function pad(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const dtype = n.dtype(0);
  const byInput = n.has(1);
  const pads = byInput ? n.elements(1) : (n.node.ints('pads') ?? n.node.ints('paddings'));
  if (!shape) {
    const rank = n.has(3) ? null : compute((count) => count / 2, pads?.length ?? n.dim(1, 0));
    return [tensor(dtype, unknownShape(rank))];
  }
  const asked = n.has(3) ? n.numbers(3) : undefined;
  const axes = asked && positiveAxes(asked, shape.length);
  if (n.has(3) && !axes) return [tensor(dtype, unknownShape(shape.length))];
  return [tensor(dtype, padded(shape, pads, axes), paddedElements(n, pads))];
}

/** Constant padding of a vector: how exporters bring a list of pads to the length that ONNX wants. */
function paddedElements(n: NodeFacts, pads: Elements | undefined): Elements | undefined {
  const elements = n.inputs[0]?.hasElements && n.shape(0)?.length === 1 ? n.elements(0) : undefined;
  const [before, after] = pads ?? [];
  if (!elements || n.has(3) || typeof before !== 'number' || typeof after !== 'number') return undefined;
  if (n.node.string('mode', 'constant') !== 'constant' || before < 0 || after < 0) return undefined;
  if (!isSmall([elements.length + before + after])) return undefined;
  const fill = n.has(2) ? n.scalar(2) : (n.node.float('value') ?? 0);
  return [...new Array<Dim>(before).fill(fill), ...elements, ...new Array<Dim>(after).fill(fill)];
}

function centerCropPad(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const target = n.elements(1);
  if (!shape) return [tensor(n.dtype(0), n.node.attributes.has('axes') ? undefined : unknownShape(n.dim(1, 0)))];
  const axes = positiveAxes(n.node.ints('axes') ?? shape.map((_, i) => i), shape.length);
  if (!axes) return [tensor(n.dtype(0), unknownShape(shape.length))];
  const out = [...shape];
  axes.forEach((axis, i) => {
    out[axis] = dimension(target?.[i]);
  });
  return [tensor(n.dtype(0), out)];
}

function range(n: NodeFacts): Outputs {
  const dtype = n.anyDtype(0, 1, 2);
  const [start, limit, delta] = [n.scalar(0), n.scalar(1), n.scalar(2)];
  if (start === 0 && delta === 1 && typeof limit === 'string') return [tensor(dtype, [limit])];
  if (typeof start !== 'number' || typeof limit !== 'number' || typeof delta !== 'number' || delta === 0) {
    return [tensor(dtype, [null])];
  }
  const exact = Math.ceil((limit - start) / delta);
  const single = Math.ceil(Math.fround(limit - start) / delta);
  const count = exact === single ? dimension(Math.max(0, exact)) : null;
  const listed = count !== null && isSmall([count]) && /^int(32|64)$/.test(dtype);
  const elements = listed ? Array.from({ length: count as number }, (_, i) => start + i * delta) : undefined;
  return [tensor(dtype, [count], elements)];
}

/** What Shape gives: the dimensions from `start` to `end` (opset 15), known or not. */
function shapeOf(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  if (!shape) return [tensor('int64', [null])];
  const dims = shape.slice(n.node.int('start', 0), n.node.int('end', shape.length));
  return [tensor('int64', [dims.length], dims)];
}

export const sizingRules: Rules = {
  Expand: expand,
  Tile: tile,
  Pad: pad,
  CenterCropPad: centerCropPad,
  Range: range,
  Shape: shapeOf,
  Size: (n) => {
    const shape = n.shape(0);
    return [tensor('int64', [], [shape ? countOf(shape) : null])];
  },
};
