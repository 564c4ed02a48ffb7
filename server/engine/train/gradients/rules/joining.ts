/** Concat, Split, Slice and Pad: parts of a tensor along its axes. */

import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';
import { alongAxis, sourceMatrix } from './along-axis.ts';

/** Zeros of a shape, made at run time so that the model does not hold them. */
export function zerosLike(g: GraphBuilder, value: string): string {
  return g.expand(g.like(value, 0), g.dims(value));
}

const concat: GradientRule = {
  backward: (g, node, call) => {
    const rank = g.dims(node.outputs[0]!).length;
    const axis = node.int('axis', 0) < 0 ? node.int('axis', 0) + rank : node.int('axis', 0);
    let start = 0;
    return node.inputs.map((input, i) => {
      const from = start;
      start += g.dims(input)[axis]!;
      return call.needs(i) ? g.slice(call.gradient, [from], [start], [axis]) : undefined;
    });
  },
};

const split: GradientRule = {
  backward: (g, node, { gradients }) => {
    const parts = gradients.map((gradient, i) => gradient ?? zerosLike(g, node.outputs[i]!));
    return [g.concat(parts, node.int('axis', 0))];
  },
};

interface Cut {
  readonly axis: number;
  /** Place of the first element taken, in the order of the input. */
  readonly first: number;
  /** Distance of elements taken; negative: from the last to the first. */
  readonly step: number;
}

/**
 * Puts the elements taken back into their places, with zeros between and around: steps become a padded axis of their
 * own, [n, 1] -> [n, step], so that everything is one or two copies.
 */
const slice: GradientRule = {
  backward: (g, node, { gradient }) => {
    const [x = '', starts = ''] = node.inputs;
    const dims = g.dims(x);
    const startAt = g.integers(starts);
    const axes = node.input(3) === undefined ? startAt.map((_, i) => i) : g.integers(node.input(3)!);
    const steps = node.input(4) === undefined ? axes.map(() => 1) : g.integers(node.input(4)!);
    const cuts = axes.map((given, i): Cut => {
      const axis = given < 0 ? given + dims.length : given;
      const length = dims[axis]!;
      const step = steps[i]!;
      const from = startAt[i]! < 0 ? startAt[i]! + length : startAt[i]!;
      const limit = step < 0 ? length - 1 : length;
      return { axis, first: Math.min(Math.max(from, 0), limit), step };
    });
    return [spread(g, ascending(g, gradient, cuts), dims, cuts)];
  },
};

/** The gradient with elements that were taken backwards in the order of the input. */
function ascending(g: GraphBuilder, gradient: string, cuts: readonly Cut[]): string {
  const backward = cuts.filter(({ step }) => step < 0);
  if (backward.length === 0) return gradient;
  const starts = backward.map(() => -1);
  const ends = backward.map(() => -(2 ** 31));
  return g.slice(gradient, starts, ends, backward.map(({ axis }) => axis), starts);
}

function spread(g: GraphBuilder, gradient: string, dims: readonly number[], cuts: readonly Cut[]): string {
  const taken = g.dims(gradient);
  const stepOf = (axis: number): number => Math.abs(cuts.find((cut) => cut.axis === axis)?.step ?? 1);
  const stretched = taken.flatMap((length, axis) => (stepOf(axis) > 1 ? [length, 1] : [length]));
  const gaps = taken.flatMap((_, axis) => (stepOf(axis) > 1 ? [0, stepOf(axis) - 1] : [0]));
  const apart = g.pad(g.reshape(gradient, stretched), [...gaps.map(() => 0), ...gaps]);
  const joined = g.reshape(apart, taken.map((length, axis) => length * stepOf(axis)));
  const before = dims.map(() => 0);
  const after = dims.map((length, axis) => length - taken[axis]! * stepOf(axis));
  for (const { axis, first, step } of cuts) {
    const lowest = step > 0 ? first : first + (taken[axis]! - 1) * step;
    before[axis] = lowest;
    after[axis]! -= lowest;
  }
  return g.pad(joined, [...before, ...after]);
}

/** Where each element along an axis that is padded was copied from. */
export function paddedSources(length: number, before: number, after: number, mode: string): number[] {
  const source = (place: number): number => {
    if (mode === 'edge') return Math.min(length - 1, Math.max(0, place));
    if (mode === 'wrap') return ((place % length) + length) % length;
    const period = Math.max(1, 2 * (length - 1));
    const folded = ((place % period) + period) % period;
    return Math.min(folded, period - folded);
  };
  return Array.from({ length: length + before + after }, (_, i) => source(i - before));
}

/** Zeros around are cut off again; for the other modes each copy adds to where it came from. */
const pad: GradientRule = {
  backward: (g, node, { gradient }) => {
    const x = node.inputs[0]!;
    const dims = g.dims(x);
    const given = g.integers(node.inputs[1]!);
    const named = node.input(3);
    const axes = named === undefined ? dims.map((_, i) => i) : g.integers(named);
    const pads = new Array<number>(2 * dims.length).fill(0);
    axes.forEach((axis, i) => {
      const at = axis < 0 ? axis + dims.length : axis;
      pads[at] = given[i]!;
      pads[at + dims.length] = given[i + axes.length]!;
    });
    const mode = node.string('mode', 'constant');
    if (mode === 'constant') return [g.pad(gradient, pads.map((count) => -count))];
    let dx = gradient;
    dims.forEach((length, axis) => {
      const sources = paddedSources(length, pads[axis]!, pads[axis + dims.length]!, mode);
      if (sources.some((source, i) => source !== i) || sources.length !== length) {
        dx = alongAxis(g, dx, axis, sourceMatrix(sources, length));
      }
    });
    return [dx];
  },
};

export const joiningRules: GradientRules = { Concat: concat, Split: split, Slice: slice, Pad: pad };
