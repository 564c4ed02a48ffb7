/**
 * Results of nodes whose inputs are constants, for the cheap and common operators. QuantizeLinear and DequantizeLinear
 * are not among them: their constants are meant to stay small. Neither is anything random.
 */

import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { arithmeticEvaluators } from './arithmetic.ts';
import { creationEvaluators } from './creation.ts';
import type { Evaluators } from './evaluator.ts';
import { movementEvaluators } from './movement.ts';

const evaluators: Evaluators = { ...arithmeticEvaluators, ...creationEvaluators, ...movementEvaluators };

export const evaluatedOperators: readonly string[] = Object.keys(evaluators);

/** The outputs of `node`, named after nothing in particular; undefined where it cannot be said. */
export function evaluate(
  node: Node,
  inputs: readonly (Tensor | undefined)[],
  opset: number,
): readonly Tensor[] | undefined {
  return node.is(node.opType) ? evaluators[node.opType]?.({ node, inputs, opset }) : undefined;
}
