/** Lifts nodes one by one: each step of an operator's history in turn, for the nodes that steps made too. */

import { LatheError } from '../../errors.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import { NodeLift, type LiftScope, type LiftSteps } from './node-lift.ts';
import { introducedIn } from './standard-operators.ts';
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
  refuseUnknown(node, from, to);
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
  return [...before, node, ...after];
}

function refuseUnknown(node: Node, from: number, to: number): void {
  const since = introducedIn(node.opType);
  if (since !== undefined && since <= from) return;
  if (node.opType in experimentalSteps) return;
  const known = since === undefined ? 'is not an operator of' : `came with opset ${since} only, but the model says`;
  throw new LatheError(
    'UNSUPPORTED',
    `Node "${node.label}" cannot be written in opset ${to}: ${node.opType} ${known} ` +
      `${since === undefined ? 'the standard set' : `opset ${from}`}.`,
    { at: { node: node.label }, fix: 'Export the model again with a newer opset.' },
  );
}
