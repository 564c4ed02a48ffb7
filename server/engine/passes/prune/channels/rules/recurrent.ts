/** Recurrent layers: what they read may shrink, their state may not. */

import type { Rule } from '../tracker.ts';

/** X [sequence, batch, inputs] and W [directions, gates, inputs] share their last axis. */
const recurrent: Rule = (node, tracker) => {
  const x = tracker.axes(node.input(0));
  const w = tracker.axes(node.input(1));
  const weight = node.input(1);
  const value = node.input(0);
  const inputs = w[2] ?? null;
  tracker.classes.join(x[2] ?? null, inputs);
  if (weight && value && inputs && x[2] && tracker.constant(weight)) {
    tracker.consumed.push({ node, weight, weightAxis: 2, value, axis: inputs });
  }
  for (const axis of [...x.slice(0, 2), ...w.slice(0, 2)]) tracker.classes.pin(axis);
  for (const other of node.inputs.slice(2)) tracker.pinValue(other);
  for (const output of node.outputs) tracker.setAxes(output, (tracker.dims(output) ?? []).map(() => null));
};

export const recurrentRules: Readonly<Record<string, Rule>> = { LSTM: recurrent, GRU: recurrent, RNN: recurrent };
