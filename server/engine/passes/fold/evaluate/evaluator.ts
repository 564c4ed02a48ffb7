/** What evaluators of single operators are given. */

import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';

/** A node whose inputs are all constant. */
export interface Evaluation {
  readonly node: Node;
  /** Undefined where an optional input is left out. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly opset: number;
}

/** The outputs, or undefined for a case that is left to the runtime. Results are what the ONNX standard says. */
export type Evaluator = (evaluation: Evaluation) => readonly Tensor[] | undefined;

export type Evaluators = Readonly<Record<string, Evaluator>>;

/** Larger results are not computed: they would be too large to be worth keeping. */
export const maxElements = 1 << 22;

/** Integers from input `index`, where newer opsets have them, else from the attribute. */
export function integersOf({ node, inputs }: Evaluation, index: number, attribute: string): number[] | undefined {
  return inputs[index] ? inputs[index].toNumbers() : node.ints(attribute);
}
