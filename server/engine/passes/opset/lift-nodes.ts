/** Lifts nodes one by one: each step of an operator's history in turn, for the nodes that steps made too. */

import { LatheError } from '../../errors.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { operatorVersion } from '../../model/operators.ts';
import { NodeLift, type LiftScope, type LiftSteps } from './node-lift.ts';
import { broadcastSteps } from './steps/broadcast.ts';
import { experimentalSteps } from './steps/experimental.ts';
import { inferenceSteps } from './steps/inference.ts';
import { inputSteps } from './steps/inputs.ts';
import { legacySteps } from './steps/legacy.ts';
import { otherSteps } from './steps/other.ts';
import { samplingSteps } from './steps/sampling.ts';
import { softmaxSteps } from './steps/softmax.ts';

/** Every change that is more than new types or new optional attributes, by operator. */
const steps = new Map<string, Record<number, LiftSteps[number]>>();
for (const group of [
  legacySteps,
  broadcastSteps,
  inferenceSteps,
  inputSteps,
  samplingSteps,
  softmaxSteps,
  experimentalSteps,
  otherSteps,
]) {
  for (const [opType, versions] of Object.entries(group)) {
    steps.set(opType, { ...steps.get(opType), ...versions });
  }
}

/**
 * `node`, changed in place, with the nodes that must stand around it, in order, all written in opset `to`. Nodes of
 * other domains come back as they are; subgraphs are the caller's work.
 *
 * @throws LatheError `UNSUPPORTED` naming the node
 */
export function liftNode(node: Node, scope: LiftScope, from: number, to: number): Node[] {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return [node];
  // Group norm came out withdrawn: it was defined in a way that was mended in opset 21.
  if (!node.is('GroupNormalization')) refuseUnknown(node, from);
  const before: Node[] = [];
  const after: Node[] = [];
  const liftAll = (made: readonly NodeFields[], version: number): Node[] =>
    made.flatMap((fields) => liftNode(new Node(fields), scope, version, to));
  for (let version = from + 1; version <= to; version++) {
    const step = steps.get(node.opType)?.[version];
    if (!step) continue;
    const lift = new NodeLift(node, scope, version);
    step(lift);
    before.push(...liftAll(lift.before, version));
    after.unshift(...liftAll(lift.after, version));
  }
  refuseUnknown(node, to);
  return [...before, node, ...after];
}

/** Refuses operators that opset `opset` does not have: what they mean is anyone's guess. */
function refuseUnknown(node: Node, opset: number): void {
  const version = operatorVersion('', node.opType, opset);
  if (version && !version.withdrawn) return;
  throw new LatheError(
    'UNSUPPORTED',
    `The model cannot be written in a newer opset: node "${node.label}" is a ${node.opType}, ` +
      `which opset ${opset} does not have.`,
    { at: { node: node.label }, fix: 'Export the model again with a newer opset.' },
  );
}
