/** Slice, by attributes (opset 1) or by inputs (opset 10). */

import type { Dim } from '../../types.ts';
import { positiveAxes, unknownShape, type Shape } from '../dims.ts';
import { strided, stridesOf } from '../elements.ts';
import { isSmall, tensor, type Elements } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

/** Ends from here on mean "to the end" whatever the length: the largest 32-bit number, which exporters write. */
const noEnd = 2 ** 31 - 1;

interface Cut {
  readonly start: Dim;
  readonly end: Dim;
  readonly step: Dim;
}

/** First index and number of indices that a cut takes from a known length (NumPy's rules); undefined if not certain. */
function taken(length: number, { start, end, step }: Cut): { first: number; count: number } | undefined {
  if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number' || step === 0) return undefined;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (i: number): number => Math.min(Math.max(i < 0 ? i + length : i, low), high);
  // Backwards, onnxruntime moves the start inside and reads a huge end as "to the end"; NumPy takes both literally.
  if (step < 0 && (start + length < 0 || end >= noEnd)) return undefined;
  const first = clamp(start);
  const count = Math.max(0, Math.ceil((clamp(end) - first) / step));
  return { first, count };
}

/** The length left of a dimension. */
function cutDim(dim: Dim, cut: Cut): Dim {
  if (typeof dim === 'number') return taken(dim, cut)?.count ?? null;
  const { start, end, step } = cut;
  const whole =
    (start === 0 && step === 1 && ((typeof end === 'number' && end >= noEnd) || (dim !== null && end === dim))) ||
    (start === -1 && step === -1 && typeof end === 'number' && end <= -noEnd);
  return whole ? dim : null;
}

function slice(n: NodeFacts, byInputs: boolean): Outputs {
  const shape = n.shape(0);
  if (!shape) return [tensor(n.dtype(0))];
  const starts = byInputs ? n.elements(1) : n.node.ints('starts');
  const ends = byInputs ? n.elements(2) : n.node.ints('ends');
  const count = starts?.length ?? ends?.length ?? (byInputs ? n.dim(1, 0) : null);
  const given = byInputs ? n.integers('', 3) : n.node.ints('axes');
  const steps = byInputs && n.has(4) ? (n.elements(4) ?? []) : undefined;
  const hasAxes = byInputs ? n.has(3) : given !== undefined;
  const leading = typeof count === 'number' && count <= shape.length ? [...shape.keys()].slice(0, count) : undefined;
  const asked = hasAxes ? given : leading;
  const axes = asked && positiveAxes(asked, shape.length);
  // Without the axes any dimension may be the shorter one.
  if (!axes) return [tensor(n.dtype(0), unknownShape(shape.length))];

  const cuts = shape.map((): Cut | undefined => undefined);
  axes.forEach((axis, i) => {
    cuts[axis] = { start: starts?.[i] ?? null, end: ends?.[i] ?? null, step: steps ? (steps[i] ?? null) : 1 };
  });
  const out = shape.map((dim, axis) => (cuts[axis] ? cutDim(dim, cuts[axis]) : dim));
  return [tensor(n.dtype(0), out, cutElements(n, shape, cuts))];
}

function cutElements(n: NodeFacts, shape: Shape, cuts: readonly (Cut | undefined)[]): Elements | undefined {
  if (!isSmall(shape) || !n.inputs[0]?.hasElements) return undefined;
  const elements = n.elements(0);
  if (!elements) return undefined;
  const strides = stridesOf(shape);
  const counts: number[] = [];
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const cut = cuts[axis];
    const part = cut ? taken(shape[axis]!, cut) : { first: 0, count: shape[axis]! };
    if (!part) return undefined;
    counts.push(part.count);
    offset += part.first * strides[axis]!;
    if (cut) strides[axis]! *= cut.step as number;
  }
  return strided(elements, counts, strides, offset);
}

export const slicingRules: Rules = {
  Slice: (n) => slice(n, n.opset >= 10),
  // What Slice with inputs was called while it was experimental.
  DynamicSlice: (n) => slice(n, true),
};
