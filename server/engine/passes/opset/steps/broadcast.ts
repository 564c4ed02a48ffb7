/**
 * Opset 7: shapes are aligned from the right, as in NumPy. Before, the second operand was spread only where the
 * attribute `broadcast` said so, and aligned from `axis` on.
 */

import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** Gives the operand at input 1 `count` more dimensions of length 1 on the right. */
function appendOnes(lift: NodeLift, rank: number, count: number): void {
  if (count === 0) return;
  const value = lift.node.input(1)!;
  const constant = lift.scope.constant(value);
  if (constant) {
    const dims = [...constant.dims, ...new Array<number>(count).fill(1)];
    const { dtype } = constant;
    const reshaped = Tensor.fromBytes(`${value}_broadcast`, dtype, dims, constant.bytes());
    lift.setInput(1, lift.scope.addConstant(reshaped));
  } else {
    const axes = Array.from({ length: count }, (_, i) => rank + i);
    lift.setInput(1, lift.prepend('Unsqueeze', [value], { axes: attr.ints(axes) }));
  }
}

const alignRight: LiftStep = (lift: NodeLift) => {
  const axis = lift.takeInt('axis');
  const broadcast = lift.takeInt('broadcast') ?? 0;
  const [left, right] = [lift.node.input(0), lift.node.input(1)];
  if (broadcast === 0 || axis === undefined || left === undefined || right === undefined) return;
  const rank = lift.scope.shape(left)?.length;
  const spread = lift.scope.shape(right)?.length ?? lift.scope.constant(right)?.dims.length;
  if (spread === undefined || rank === undefined) lift.refuse('the ranks of its operands are not known');
  const from = axis < 0 ? axis + rank : axis;
  appendOnes(lift, spread, Math.max(0, rank - from - spread));
};

/** A slope of one number per channel belongs to axis 1. */
const slopePerChannel: LiftStep = (lift: NodeLift) => {
  const [data, slope] = [lift.node.input(0), lift.node.input(1)];
  if (data === undefined || slope === undefined) return;
  const dims = lift.scope.shape(slope) ?? lift.scope.constant(slope)?.dims;
  if (!dims) lift.refuse('the shape of its slope is not known');
  if (dims.length !== 1 || dims[0] === 1) return;
  const rank = lift.scope.shape(data)?.length;
  if (rank === undefined) lift.refuse('the rank of its input is not known');
  appendOnes(lift, 1, Math.max(0, rank - 2));
};

const dropBroadcast: LiftStep = ({ node }) => {
  node.attributes.delete('broadcast');
};

const binary = ['Add', 'And', 'Div', 'Equal', 'Greater', 'Less', 'Mul', 'Or', 'Pow', 'Sub', 'Xor'];

export const broadcastSteps: Readonly<Record<string, LiftSteps>> = {
  ...Object.fromEntries(binary.map((opType) => [opType, { 7: alignRight }])),
  Gemm: { 7: dropBroadcast },
  PRelu: { 7: slopePerChannel },
};
