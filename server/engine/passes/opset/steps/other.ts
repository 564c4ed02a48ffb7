/** The rest: renamed operators, group norm's parameters per channel, and what cannot be lifted. */

import { attr } from '../../../model/attribute.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

const toScatterElements: LiftStep = ({ node }) => {
  node.opType = 'ScatterElements';
};

/** One scale and bias for each group of channels became one for each channel: every number is repeated. */
const perChannelParameters: LiftStep = (lift: NodeLift) => {
  const groups = lift.node.int('num_groups');
  if (groups === undefined) lift.refuse('it does not say how many groups there are');
  const channels = lift.prepend('Shape', [lift.node.inputs[0]!], { start: attr.int(1), end: attr.int(2) });
  const perGroup = lift.prepend('Div', [channels, lift.int64s('groups', [BigInt(groups)])]);
  const grid = lift.prepend('Concat', [lift.int64s('groups', [BigInt(groups)]), perGroup], { axis: attr.int(0) });
  for (const place of [1, 2]) {
    const column = lift.prepend('Unsqueeze', [lift.node.inputs[place]!, lift.int64s('axes', [1n])]);
    const spread = lift.prepend('Expand', [column, grid]);
    lift.setInput(place, lift.prepend('Reshape', [spread, lift.int64s('all', [-1n])]));
  }
};

const noBatchAxis: LiftStep = (lift: NodeLift) => lift.refuse('Scan lost its batch dimension and its sequence lengths');

/** Integers were allowed once. */
const floatOnly: LiftStep = (lift: NodeLift) => {
  const dtype = lift.scope.dtype(lift.node.inputs[0]!);
  if (dtype !== undefined && !dtype.includes('float')) lift.refuse(`it takes no ${dtype} any more`);
};

export const otherSteps: Readonly<Record<string, LiftSteps>> = {
  Erf: { 13: floatOnly },
  GroupNormalization: { 21: perChannelParameters },
  Scan: { 9: noBatchAxis },
  Scatter: { 11: toScatterElements },
};
