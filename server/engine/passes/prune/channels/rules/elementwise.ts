/** Operators that treat every channel alike and by itself. */

import type { ChannelTracker, Rule } from '../tracker.ts';
import type { Node } from '../../../../model/node.ts';
import { broadcastAxes } from './layers.ts';

const unaryOperators = [
  'Relu', 'LeakyRelu', 'Sigmoid', 'Tanh', 'Elu', 'Selu', 'Celu', 'HardSigmoid', 'HardSwish', 'Softplus',
  'Softsign', 'Gelu', 'QuickGelu', 'Mish', 'Swish', 'Erf', 'Exp', 'Log', 'Sqrt', 'Neg', 'Abs', 'Reciprocal',
  'Floor', 'Ceil', 'Round', 'Sign', 'Sin', 'Cos', 'Not', 'Identity', 'Cast', 'Dropout', 'Clip', 'ThresholdedRelu',
  'IsNaN',
];

const broadcastOperators = [
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mean', 'Sum', 'PRelu', 'Where', 'Equal', 'Less', 'Greater',
  'LessOrEqual', 'GreaterOrEqual', 'And', 'Or', 'Xor', 'Mod', 'BiasGelu', 'FastGelu',
];

const unary: Rule = (node, tracker) => {
  const axes = tracker.axes(node.input(0));
  for (const output of node.outputs) tracker.setAxes(output, axes);
};

const broadcast: Rule = (node, tracker) => {
  const inputs = node.inputs.filter((name) => name !== '');
  const operands = inputs.map((name) => ({ axes: tracker.axes(name), dims: tracker.dims(name) }));
  if (!operands.every((operand): operand is typeof operand & { dims: readonly unknown[] } => !!operand.dims)) {
    tracker.pinNode(node); return;
  }
  const out = broadcastAxes(tracker, operands);
  for (const output of node.outputs) tracker.setAxes(output, out);
};

/** Parameters with an element for each channel, along axis 1 of the data. */
const perChannel: Rule = (node, tracker) => {
  const axes = tracker.axes(node.input(0));
  const channels = axes[1] ?? null;
  for (const parameter of node.inputs.slice(1)) {
    if (parameter) tracker.classes.join(channels, tracker.axes(parameter)[0] ?? null);
  }
  tracker.setAxes(node.outputs[0], axes);
};

/** Statistics over an axis: removing a channel would change those that stay. */
function pinAxes(node: Node, tracker: ChannelTracker, first: number, last: number): void {
  const axes = tracker.axes(node.input(0));
  for (let i = first; i <= last; i++) tracker.classes.pin(axes[i]);
  for (const parameter of node.inputs.slice(1)) tracker.pinValue(parameter);
  tracker.setAxes(node.outputs[0], axes);
}

const layerNormalization: Rule = (node, tracker) => {
  const rank = tracker.rank(node.input(0));
  if (rank === undefined) { tracker.pinNode(node); return; }
  const axis = node.int('axis', -1);
  pinAxes(node, tracker, axis < 0 ? axis + rank : axis, rank - 1);
};

const softmax: Rule = (node, tracker) => {
  const rank = tracker.rank(node.input(0));
  if (rank === undefined) { tracker.pinNode(node); return; }
  const flattens = tracker.model.opset < 13;
  const axis = node.int('axis', flattens ? 1 : -1);
  const first = axis < 0 ? axis + rank : axis;
  pinAxes(node, tracker, first, flattens ? rank - 1 : first);
};

/** Neighbouring channels are summed. */
const lrn: Rule = (node, tracker) => pinAxes(node, tracker, 1, 1);

export const elementwiseRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(unaryOperators.map((name) => [name, unary])),
  ...Object.fromEntries(broadcastOperators.map((name) => [name, broadcast])),
  BatchNormalization: perChannel,
  InstanceNormalization: perChannel,
  LayerNormalization: layerNormalization,
  SimplifiedLayerNormalization: layerNormalization,
  RMSNormalization: layerNormalization,
  Softmax: softmax,
  LogSoftmax: softmax,
  Hardmax: softmax,
  LRN: lrn,
};
