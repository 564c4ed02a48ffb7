/** Operators that pick, join and cut along axes. */

import { staticShape, type Dim } from '../../types.ts';
import {
  addDims,
  bothShapes,
  compute,
  dimension,
  positiveAxis,
  unknownShape,
  withDim,
  type Shape,
} from '../dims.ts';
import { selected } from '../elements.ts';
import { isSmall, ranked, tensor, type Elements } from '../known.ts';
import type { NodeFacts, Outputs, Rule, Rules } from '../node-facts.ts';

export function gather(n: NodeFacts): Outputs {
  const [data, indices] = [n.shape(0), n.shape(1)];
  if (!data || !indices) return [tensor(n.dtype(0))];
  const axis = positiveAxis(n.node.int('axis', 0), data.length);
  if (axis === undefined) return [ranked(n.dtype(0), data.length + indices.length - 1)];
  const shape = [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)];
  return [tensor(n.dtype(0), shape, gatheredElements(n, data, axis))];
}

function gatheredElements(n: NodeFacts, data: Shape, axis: number): Elements | undefined {
  if (!isSmall(data) || !n.inputs[0]?.hasElements) return undefined;
  const [elements, indices] = [n.elements(0), n.elements(1)];
  if (!elements || !indices) return undefined;
  const length = data[axis]!;
  return selected(elements, data, axis, indices.map((i) => {
    const at = typeof i === 'number' ? (i < 0 ? i + length : i) : -1;
    return at >= 0 && at < length ? at : null;
  }));
}

function gatherNd(n: NodeFacts): Outputs {
  const [data, indices] = [n.shape(0), n.shape(1)];
  const depth = n.dim(1, -1);
  const batchDims = n.node.int('batch_dims', 0);
  if (!data || !indices || typeof depth !== 'number') return [tensor(n.dtype(0))];
  if (batchDims < 0 || batchDims + depth > data.length) return [tensor(n.dtype(0))];
  return [tensor(n.dtype(0), [...indices.slice(0, -1), ...data.slice(batchDims + depth)])];
}

function concat(n: NodeFacts): Outputs {
  const shapes = n.inputs.map((_, i) => n.shape(i));
  const dtype = n.anyDtype(...shapes.keys());
  const rank = shapes.find(Boolean)?.length;
  if (rank === undefined) return [tensor(dtype)];
  const axis = positiveAxis(n.node.int('axis', 1), rank);
  if (axis === undefined) return [ranked(dtype, rank)];
  let out: Shape | undefined = unknownShape(rank);
  let length: Dim = 0;
  for (const shape of shapes) {
    if (shape && shape.length !== rank) {
      n.problem('the inputs differ in rank');
      return [tensor(dtype)];
    }
    length = shape ? addDims(length, shape[axis]!) : null;
    out = bothShapes(out, shape && withDim(shape, axis, null));
  }
  return [tensor(dtype, out && withDim(out, axis, length), axis === 0 ? joinedElements(n) : undefined)];
}

/** Along axis 0, one after the other; inputs without known elements give unknown ones. */
function joinedElements(n: NodeFacts): Elements | undefined {
  if (!n.inputs.some((input) => input?.hasElements)) return undefined;
  const joined: Dim[] = [];
  for (let i = 0; i < n.inputs.length; i++) {
    const shape = n.shape(i);
    if (!isSmall(shape)) return undefined;
    joined.push(...(n.elements(i) ?? new Array<Dim>(shape.reduce((x, y) => x * y, 1)).fill(null)));
  }
  return isSmall([joined.length]) ? joined : undefined;
}

/** Lengths of the parts: given, or equal with a shorter last one. */
function partLengths(n: NodeFacts, length: Dim): readonly Dim[] {
  const count = n.node.outputs.length;
  const given = n.has(1) ? n.elements(1) : n.node.ints('split');
  if (given) return Array.from({ length: count }, (_, i) => dimension(given[i]));
  if (n.has(1)) return new Array<Dim>(count).fill(null);
  if (count === 1) return [length];
  if (typeof length !== 'number') return new Array<Dim>(count).fill(null);
  const part = Math.ceil(length / count);
  const last = length - part * (count - 1);
  // Before opset 18 the parts have to be equal.
  if (last <= 0 || (last !== part && n.opset < 18)) return new Array<Dim>(count).fill(null);
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? last : part));
}

function split(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = shape && positiveAxis(n.node.int('axis', 0), shape.length);
  if (!shape || axis === undefined) return n.node.outputs.map(() => tensor(n.dtype(0)));
  const lengths = partLengths(n, shape[axis]!);
  const parts = lengths.map((length) => tensor(n.dtype(0), withDim(shape, axis, length)));
  const all = staticShape([...lengths, shape[axis]!]);
  if (all && all.slice(0, -1).reduce((x, y) => x + y, 0) !== all.at(-1)) {
    n.problem(`parts of ${lengths.join(', ')} do not make up the length ${shape[axis]}`);
    return n.node.outputs.map(() => ranked(n.dtype(0), shape.length));
  }
  const elements = all && n.inputs[0]?.hasElements ? n.elements(0) : undefined;
  if (!elements || !isSmall(shape)) return parts;
  let start = 0;
  return parts.map((part, i) => {
    const indices = Array.from({ length: lengths[i] as number }, (_, k) => start + k);
    start += indices.length;
    return tensor(n.dtype(0), part.tensor!.shape, selected(elements, shape, axis, indices));
  });
}

function compress(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = n.node.int('axis');
  if (axis === undefined) return [ranked(n.dtype(0), 1)];
  const at = shape && positiveAxis(axis, shape.length);
  const condition = n.numbers(1);
  const kept = condition ? condition.filter(Boolean).length : null;
  return [tensor(n.dtype(0), at === undefined ? unknownShape(shape?.length) : withDim(shape!, at, kept))];
}

function oneHot(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  if (!shape) return [tensor(n.dtype(2))];
  const axis = positiveAxis(n.node.int('axis', -1), shape.length + 1);
  if (axis === undefined) return [ranked(n.dtype(2), shape.length + 1)];
  const depth = n.scalar(1);
  const length = typeof depth === 'number' ? dimension(Math.trunc(depth)) : depth;
  return [tensor(n.dtype(2), [...shape.slice(0, axis), length, ...shape.slice(axis)])];
}

function unique(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = n.node.int('axis');
  const at = axis === undefined ? undefined : shape && positiveAxis(axis, shape.length);
  const alongAxis = shape && at !== undefined ? withDim(shape, at, null) : undefined;
  const values = axis === undefined ? unknownShape(1) : alongAxis;
  const places: Dim = axis === undefined ? flatLength(shape) : at === undefined ? null : shape![at]!;
  return [
    tensor(n.dtype(0), values),
    tensor('int64', [null]),
    tensor('int64', [places]),
    tensor('int64', [null]),
  ];
}

function flatLength(shape: Shape | undefined): Dim {
  return shape ? compute((...dims) => dims.reduce((x, y) => x * y, 1), ...shape) : null;
}

const shapeOfData: Rule = (n) => [tensor(n.dtype(0), n.shape(0))];

export const indexingRules: Rules = {
  Gather: gather,
  GatherElements: (n) => [tensor(n.dtype(0), n.shape(1))],
  GatherND: gatherNd,
  Scatter: shapeOfData,
  ScatterElements: shapeOfData,
  ScatterND: shapeOfData,
  TensorScatter: shapeOfData,
  Concat: concat,
  Split: split,
  Compress: compress,
  OneHot: oneHot,
  Unique: unique,
  // Runtimes differ on scalars.
  NonZero: (n) => [tensor('int64', [n.shape(0)?.length === 0 ? null : (n.shape(0)?.length ?? null), null])],
  NonMaxSuppression: () => [tensor('int64', [null, 3])],
};
