/** Layers with weights: where channels are made and mixed. */

import type { Node } from '../../../../model/node.ts';
import type { Axis, ChannelClasses } from '../channel-classes.ts';
import type { ChannelTracker, Rule } from '../tracker.ts';

/** Elements `k` of every one of `groups` equal parts are one channel: all parts stay equally long. */
function joinParts(classes: ChannelClasses, axis: Axis, groups: number): void {
  if (!axis) return;
  const part = axis.length / groups;
  for (let i = part; i < axis.length; i++) classes.unite(axis[i]!, axis[i % part]!);
}

function pinKernel(tracker: ChannelTracker, weight: readonly Axis[]): void {
  for (const axis of weight.slice(2)) tracker.classes.pin(axis);
}

/** The bias has an element for each output channel. */
function joinBias(tracker: ChannelTracker, bias: string | undefined, out: Axis): void {
  if (!bias) return;
  const axis = tracker.axes(bias).at(-1) ?? null;
  if (axis) tracker.classes.join(axis, out);
}

function produce(tracker: ChannelTracker, node: Node, input: number, weightAxis: number, axis: Axis): void {
  const weight = node.input(input);
  if (weight && axis && tracker.constant(weight)) tracker.produced.push({ node, weight, weightAxis, axis });
}

function consume(
  tracker: ChannelTracker,
  node: Node,
  [data, input]: readonly [number, number],
  weightAxis: number,
  axis: Axis,
): void {
  const weight = node.input(input);
  const value = node.input(data);
  if (weight && value && axis && tracker.constant(weight)) {
    tracker.consumed.push({ node, weight, weightAxis, value, axis });
  }
}

const conv: Rule = (node, tracker) => {
  const { classes } = tracker;
  const x = tracker.axes(node.input(0));
  const w = tracker.axes(node.input(1));
  const dims = tracker.dims(node.input(1));
  const rank = tracker.rank(node.input(0));
  if (rank === undefined || dims === undefined) { tracker.pinNode(node); return; }
  const groups = node.int('group', 1);
  const outputs = Number(dims[0]);
  const inputs = Number(dims[1]) * groups;
  const data = x[1] ?? null;
  const out = w[0] ?? null;
  pinKernel(tracker, w);
  if (groups === 1) {
    if (w[1]) classes.join(data, w[1]);
    else classes.pin(data);
    consume(tracker, node, [0, 1], 1, w[1] && data ? w[1] : null);
  } else if (groups === inputs) {
    // Depthwise: an output channel goes with the one input channel that it is made of.
    if (data && out) {
      const multiplier = outputs / inputs;
      for (let i = 0; i < outputs; i++) classes.unite(out[i]!, data[Math.floor(i / multiplier)]!);
      tracker.edits.push({ node, place: { kind: 'attribute', name: 'group' }, axis: data });
    } else {
      classes.pin(data);
      classes.pin(out);
    }
  } else {
    joinParts(classes, data, groups);
    joinParts(classes, out, groups);
    const inner = w[1] ?? null;
    if (data && inner) for (let i = 0; i < inner.length; i++) classes.unite(inner[i]!, data[i]!);
    else {
      classes.pin(data);
      classes.pin(inner);
    }
  }
  joinBias(tracker, node.input(2), out);
  produce(tracker, node, 1, 0, out);
  tracker.setAxes(node.outputs[0], [null, out, ...Array.from({ length: rank - 2 }, () => null)]);
};

const convTranspose: Rule = (node, tracker) => {
  const { classes } = tracker;
  const x = tracker.axes(node.input(0));
  const w = tracker.axes(node.input(1));
  const rank = tracker.rank(node.input(0));
  if (rank === undefined || node.int('group', 1) !== 1) { tracker.pinNode(node); return; }
  pinKernel(tracker, w);
  const data = x[1] ?? null;
  const inner = w[0] ?? null;
  const out = w[1] ?? null;
  classes.join(data, inner);
  consume(tracker, node, [0, 1], 0, data && inner);
  joinBias(tracker, node.input(2), out);
  produce(tracker, node, 1, 1, out);
  tracker.setAxes(node.outputs[0], [null, out, ...Array.from({ length: rank - 2 }, () => null)]);
};

const gemm: Rule = (node, tracker) => {
  const { classes } = tracker;
  const a = tracker.axes(node.input(0));
  const b = tracker.axes(node.input(1));
  if (tracker.rank(node.input(0)) === undefined || tracker.rank(node.input(1)) === undefined) {
    tracker.pinNode(node); return;
  }
  const [rows, data] = node.int('transA', 0) === 1 ? [a[1], a[0]] : [a[0], a[1]];
  const transposed = node.int('transB', 0) === 1;
  const [inner, out] = transposed ? [b[1], b[0]] : [b[0], b[1]];
  classes.join(data ?? null, inner ?? null);
  consume(tracker, node, [0, 1], transposed ? 1 : 0, (data && inner) ?? null);
  joinBias(tracker, node.input(2), out ?? null);
  produce(tracker, node, 1, transposed ? 0 : 1, out ?? null);
  tracker.setAxes(node.outputs[0], [rows ?? null, out ?? null]);
};

const matMul: Rule = (node, tracker) => {
  const { classes } = tracker;
  const [first, second] = [node.input(0), node.input(1)];
  const a = tracker.axes(first);
  const b = tracker.axes(second);
  const rankA = tracker.rank(first);
  const rankB = tracker.rank(second);
  if (rankA === undefined || rankB === undefined || rankA < 2 || rankB < 2) { tracker.pinNode(node); return; }
  const inner = b.at(-2) ?? null;
  classes.join(a.at(-1) ?? null, inner);
  const out = b.at(-1) ?? null;
  if (rankB === 2) {
    consume(tracker, node, [0, 1], 0, a.at(-1) && inner ? inner : null);
    produce(tracker, node, 1, 1, out);
  }
  const batch = broadcastAxes(tracker, [
    { axes: a.slice(0, -2), dims: tracker.dims(first)!.slice(0, -2) },
    { axes: b.slice(0, -2), dims: tracker.dims(second)!.slice(0, -2) },
  ]);
  tracker.setAxes(node.outputs[0], [...batch, a.at(-2) ?? null, out]);
};

/** The axes of the result of broadcasting (ONNX Broadcast.md): aligned at the end, axes of length 1 stretch. */
export function broadcastAxes(
  tracker: ChannelTracker,
  operands: readonly { readonly axes: readonly Axis[]; readonly dims: readonly unknown[] }[],
): Axis[] {
  const rank = Math.max(...operands.map(({ dims }) => dims.length));
  return Array.from({ length: rank }, (_, i) => {
    const present = operands.flatMap(({ axes, dims }) => {
      const at = dims.length - rank + i;
      return at >= 0 && dims[at] !== 1 ? [axes[at] ?? null] : [];
    });
    return present.length === 0 ? null : present.reduce((a, b) => tracker.classes.join(a, b));
  });
}

export const layerRules: Readonly<Record<string, Rule>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  Gemm: gemm,
  MatMul: matMul,
};
