/**
 * Opset 13: Softmax, LogSoftmax and Hardmax normalize along one axis. Before, they normalized over all axes from `axis`
 * on, as if the tensor had been flattened there.
 */

import { attr } from '../../../model/attribute.ts';
import type { Dim } from '../../../model/types.ts';
import type { LiftStep, LiftSteps, NodeLift } from '../node-lift.ts';

/** The one axis from `axis` on that is longer than 1 (or the last), if no other is; undefined when several may be. */
function onlyAxis(shape: readonly Dim[] | undefined, axis: number): number | undefined {
  if (axis === -1) return -1;
  if (!shape) return undefined;
  const from = axis < 0 ? axis + shape.length : axis;
  const long = shape.flatMap((dim, i) => (i >= from && dim !== 1 ? [i] : []));
  return long.length <= 1 ? long[0] ?? shape.length - 1 : undefined;
}

const alongOneAxis: LiftStep = (lift: NodeLift) => {
  const axis = lift.takeInt('axis') ?? 1;
  const data = lift.node.inputs[0]!;
  const only = onlyAxis(lift.scope.shape(data), axis);
  if (only !== undefined) {
    lift.set('axis', attr.int(only));
    return;
  }
  const shape = lift.prepend('Shape', [data]);
  lift.setInput(0, lift.prepend('Flatten', [data], { axis: attr.int(axis) }));
  lift.set('axis', attr.int(1));
  const { inner, result } = lift.redirectOutput();
  lift.append('Reshape', [inner, shape], result);
};

export const softmaxSteps: Readonly<Record<string, LiftSteps>> = {
  Hardmax: { 13: alongOneAxis },
  LogSoftmax: { 13: alongOneAxis },
  Softmax: { 13: alongOneAxis },
};
