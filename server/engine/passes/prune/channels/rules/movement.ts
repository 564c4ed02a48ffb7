/** Operators that move channels to other places, or other values along with them. */

import type { Node } from '../../../../model/node.ts';
import type { Axis } from '../channel-classes.ts';
import type { ChannelTracker, Rule } from '../tracker.ts';
import { reshapedAxes } from './reshape.ts';

function normalized(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

/** An integer list that newer opsets have as an input and older ones as an attribute. */
function listOf(node: Node, tracker: ChannelTracker, attribute: string, input: number): number[] | undefined {
  return node.input(input) ? tracker.integers(node.input(input)) : node.ints(attribute);
}

const concat: Rule = (node, tracker) => {
  const rank = tracker.rank(node.input(0));
  const at = node.int('axis');
  const lengths = node.inputs.map((input) => tracker.dims(input)?.[normalized(at ?? 0, rank ?? 0)]);
  if (rank === undefined || at === undefined) { tracker.pinNode(node); return; }
  const axis = normalized(at, rank);
  const inputs = node.inputs.map((input) => tracker.axes(input));
  const out = Array.from({ length: rank }, (_, i): Axis => {
    if (i !== axis) return inputs.map((axes) => axes[i] ?? null).reduce((a, b) => tracker.classes.join(a, b));
    if (!lengths.every((length) => typeof length === 'number')) {
      for (const axes of inputs) tracker.classes.pin(axes[i]);
      return null;
    }
    return tracker.classes.concatenate(inputs.map((axes, k) => ({ axis: axes[i] ?? null, length: lengths[k]! })));
  });
  tracker.setAxes(node.outputs[0], out);
};

const split: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const rank = tracker.rank(node.input(0));
  if (rank === undefined) { tracker.pinNode(node); return; }
  const at = normalized(node.int('axis', 0), rank);
  const axis = data[at] ?? null;
  const sizes = listOf(node, tracker, 'split', 1);
  if (!axis) {
    for (const output of node.outputs) tracker.setAxes(output, data);
    return;
  }
  if (node.input(1) && !sizes) { tracker.pinNode(node); return; }
  const parts = sizes ?? equalParts(axis.length, node.outputs.length);
  if (!parts) { tracker.pinNode(node); return; }
  let start = 0;
  for (const [i, output] of node.outputs.entries()) {
    const part = axis.slice(start, start + parts[i]!);
    // Parts that are not named stay equally long: their channels go together.
    if (!sizes) for (let k = 0; k < part.length; k++) tracker.classes.unite(part[k]!, axis[k]!);
    else {
      const place = node.input(1)
        ? { kind: 'input', input: 1, element: i } as const
        : { kind: 'attribute', name: 'split', element: i } as const;
      tracker.edits.push({ node, place, axis: part });
    }
    tracker.setAxes(output, data.map((other, k) => (k === at ? part : other)));
    start += parts[i]!;
  }
};

/** undefined where the parts would not be equal. */
function equalParts(length: number, parts: number): number[] | undefined {
  return length % parts === 0 ? Array.from({ length: parts }, () => length / parts) : undefined;
}

/** Slices along other axes only; one that cuts channels apart with fixed bounds becomes two counts. */
const slice: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const dims = tracker.dims(node.input(0));
  const starts = listOf(node, tracker, 'starts', 1);
  const ends = listOf(node, tracker, 'ends', 2);
  if (!dims || !starts || !ends) { tracker.pinNode(node); return; }
  const axes = listOf(node, tracker, 'axes', 3) ?? starts.map((_, i) => i);
  const steps = tracker.integers(node.input(4)) ?? starts.map(() => 1);
  if (node.input(3) && !tracker.integers(node.input(3))) { tracker.pinNode(node); return; }
  const out = [...data];
  for (const [i, given] of axes.entries()) {
    const at = normalized(given, dims.length);
    const axis = data[at];
    if (!axis) continue;
    const { length } = axis;
    const start = Math.min(length, Math.max(0, normalized(starts[i]!, length)));
    const end = Math.min(length, Math.max(0, normalized(ends[i]!, length)));
    if (steps[i] !== 1) {
      tracker.classes.pin(axis);
      out[at] = null;
      continue;
    }
    const place = (name: string, input: number) => (node.input(input)
      ? { kind: 'input', input, element: i } as const
      : { kind: 'attribute', name, element: i } as const);
    // Zero, and bounds beyond the end, stay right whatever is removed.
    if (start > 0) tracker.edits.push({ node, place: place('starts', 1), axis: axis.slice(0, start) });
    if (ends[i]! < length) tracker.edits.push({ node, place: place('ends', 2), axis: axis.slice(0, end) });
    out[at] = axis.slice(start, Math.max(start, end));
  }
  tracker.setAxes(node.outputs[0], out);
};

const transpose: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const order = node.ints('perm') ?? data.map((_, i) => data.length - 1 - i);
  tracker.setAxes(node.outputs[0], order.map((i) => data[i] ?? null));
};

const reshape: Rule = (node, tracker) => {
  const from = tracker.dims(node.input(0));
  const to = tracker.types.tensor(node.outputs[0]!)?.shape;
  const data = tracker.axes(node.input(0));
  const out = from && to && reshapedAxes(tracker.classes, from, to, data);
  if (!out) { tracker.pinNode(node); return; }
  if (node.is('Reshape')) {
    const shape = tracker.integers(node.input(1));
    for (const [i, axis] of out.entries()) {
      if (!axis) continue;
      // A shape that is computed cannot be edited.
      if (!shape) tracker.classes.pin(axis);
      else if (shape[i]! > 0) tracker.edits.push({ node, place: { kind: 'input', input: 1, element: i }, axis });
    }
  }
  tracker.setAxes(node.outputs[0], out);
};

const squeeze: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const dims = tracker.dims(node.input(0));
  const listed = listOf(node, tracker, 'axes', 1);
  if (!dims || (node.input(1) && !listed)) { tracker.pinNode(node); return; }
  const ones = dims.flatMap((dim, i) => (dim === 1 ? [i] : []));
  const gone = new Set(listed?.map((axis) => normalized(axis, dims.length)) ?? ones);
  tracker.setAxes(node.outputs[0], data.filter((_, i) => !gone.has(i)));
};

const unsqueeze: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const listed = listOf(node, tracker, 'axes', 1);
  if (!listed) { tracker.pinNode(node); return; }
  const rank = data.length + listed.length;
  const added = new Set(listed.map((axis) => normalized(axis, rank)));
  let next = 0;
  const out = Array.from({ length: rank }, (_, i) => (added.has(i) ? null : data[next++] ?? null));
  tracker.setAxes(node.outputs[0], out);
};

/** Looks at neighbours in space, at each channel by itself. */
const spatial: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const out = data.map((axis, i) => (i < 2 ? axis : null));
  for (const output of node.outputs) tracker.setAxes(output, out);
};

const resize: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const channels = data[1] ?? null;
  const sizesAt = node.is('Resize') && tracker.model.opset >= 11 ? 3 : -1;
  const sizes = tracker.integers(node.input(sizesAt));
  if (node.input(sizesAt)) {
    if (!sizes || node.ints('axes')) tracker.classes.pin(channels);
    else if (channels) {
      tracker.edits.push({ node, place: { kind: 'input', input: sizesAt, element: 1 }, axis: channels });
    }
  }
  spatial(node, tracker);
};

const pad: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const pads = listOf(node, tracker, 'pads', 1);
  if (!pads || node.input(3)) { tracker.pinNode(node); return; }
  tracker.setAxes(node.outputs[0], data.map((axis, i) => {
    if (pads[i] === 0 && pads[i + data.length] === 0) return axis;
    tracker.classes.pin(axis);
    return null;
  }));
};

/** Over axes without channels only. */
const reduce: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const rank = tracker.rank(node.input(0));
  const listed = listOf(node, tracker, 'axes', 1);
  if (rank === undefined || (node.input(1) && !listed)) { tracker.pinNode(node); return; }
  const gone = new Set((listed ?? data.map((_, i) => i)).map((axis) => normalized(axis, rank)));
  for (const i of gone) tracker.classes.pin(data[i]);
  const kept = node.int('keepdims', 1) === 1;
  tracker.setAxes(node.outputs[0], data.flatMap((axis, i) => (gone.has(i) ? (kept ? [null] : []) : [axis])));
};

/** Rows of a table: the table's other axes pass through, its rows stay. */
const gather: Rule = (node, tracker) => {
  const data = tracker.axes(node.input(0));
  const rank = tracker.rank(node.input(0));
  const indexRank = tracker.rank(node.input(1));
  if (rank === undefined || indexRank === undefined) { tracker.pinNode(node); return; }
  const at = normalized(node.int('axis', 0), rank);
  tracker.classes.pin(data[at]);
  const indices = Array.from({ length: indexRank }, () => null);
  const table = node.input(0)!;
  // The columns of an embedding are made by it.
  if (tracker.constant(table)) {
    for (const [i, axis] of data.entries()) {
      if (i !== at && axis) tracker.produced.push({ node, weight: table, weightAxis: i, axis });
    }
  }
  tracker.setAxes(node.outputs[0], [...data.slice(0, at), ...indices, ...data.slice(at + 1)]);
};

/** Tells sizes: what is computed from them is looked at where it is used. */
const untouched: Rule = (node, tracker) => {
  for (const output of node.outputs) tracker.setAxes(output, (tracker.dims(output) ?? []).map(() => null));
};

export const movementRules: Readonly<Record<string, Rule>> = {
  Concat: concat,
  Split: split,
  Slice: slice,
  Transpose: transpose,
  Reshape: reshape,
  Flatten: reshape,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Resize: resize,
  Upsample: resize,
  Pad: pad,
  Gather: gather,
  Shape: untouched,
  Constant: untouched,
  ...Object.fromEntries(['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'LpPool', 'GlobalLpPool']
    .map((name) => [name, spatial])),
  ...Object.fromEntries(['ReduceMean', 'ReduceSum', 'ReduceMax', 'ReduceMin', 'ReduceL2', 'ReduceL1', 'ReduceProd',
    'ReduceSumSquare', 'ReduceLogSumExp'].map((name) => [name, reduce])),
};
