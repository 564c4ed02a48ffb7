/**
 * What a gradient rule is: how one operator is differentiated, as ONNX nodes that are added behind the forward ones. A
 * new operator is one small file in `rules/` and one line in `registry.ts`; `test/train/finite-differences.ts` checks
 * it against onnxruntime.
 */

import type { Node } from '../../model/node.ts';
import type { GraphBuilder } from './graph-builder.ts';

/** What a rule is told about the node whose gradient is asked for. */
export interface BackwardCall {
  /** Gradient of the loss with respect to each output of the node; undefined where none flows. At least one does. */
  readonly gradients: readonly (string | undefined)[];
  /** The gradient of the first output; throws `INTERNAL` when none flows there. */
  readonly gradient: string;
  /** Whether the gradient of input `index` is of use to anybody. */
  readonly needs: (index: number) => boolean;
  /** What `forward` returned; empty without one. */
  readonly saved: readonly string[];
}

/** An operator that is differentiated by emitting nodes. */
export interface GradientRule {
  /**
   * Emits `node`, whose gradient will be asked for, in another way: with more outputs, in training mode, as several
   * nodes. What it emits must make the node's outputs under their names (`GraphBuilder.put`). Returns the values that
   * `backward` gets as `saved`. Without it the node is taken as it is.
   */
  readonly forward?: (graph: GraphBuilder, node: Node, needs: (index: number) => boolean) => readonly string[];
  /**
   * Emits the gradients. Returns the gradient of each input in order, of the shape and type of the input; undefined
   * where there is none or `call.needs` says no. Missing entries at the end are undefined.
   */
  readonly backward: (graph: GraphBuilder, node: Node, call: BackwardCall) => readonly (string | undefined)[];
}

/** An operator written as others, each of which is differentiated by its own rule. */
export interface Decomposition {
  /** Emits nodes that make the outputs of `node` under their names (`GraphBuilder.put`). */
  readonly decompose: (graph: GraphBuilder, node: Node) => void;
}

export type Rule = GradientRule | Decomposition;

/** Rules by operator: `Relu` for the standard domain, `com.microsoft::Gelu` for others. */
export type GradientRules = Readonly<Record<string, Rule>>;

/** An operator whose outputs do not change with small changes of its inputs: comparisons, shapes, indices. */
export const constantRule: GradientRule = { backward: () => [] };

/** The key of a node's operator in `GradientRules`. */
export function ruleKey(node: Pick<Node, 'domain' | 'opType'>): string {
  return node.domain === '' || node.domain === 'ai.onnx' ? node.opType : `${node.domain}::${node.opType}`;
}
