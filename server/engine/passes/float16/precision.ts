/**
 * Which nodes compute in half precision. Layers that the standard has for the type do, but for those that a recipe
 * keeps and those around sums of squares: norms written out in single nodes (ReduceMean, Pow, Add, Sqrt) overflow or
 * lose their epsilon in float16. Nodes that only move numbers take them in the type in which they come.
 */

import type { Graph } from '../../model/graph.ts';
import type { Node } from '../../model/node.ts';
import { halfOperator, summing, type HalfType } from './half-operators.ts';
import type { HalfScope } from './half-scope.ts';
import { fitsHalf } from './half-tensor.ts';

/** `native`: reads numbers in whatever type they come, and makes none. */
export type Precision = 'half' | 'float' | 'native';

export interface Decision {
  readonly precision: Precision;
  /** Why a node that has floats stays float. */
  readonly reason?: string;
}

export interface PrecisionRules {
  readonly type: HalfType;
  readonly opset: number;
  readonly keepsFloat: (node: Node) => boolean;
}

/** Operators that read a float of any type and give something else. */
const indifferent = ['Shape', 'Size', 'ArgMax', 'ArgMin', 'Cast'];

/** Followers of a sum that stay float with it: what stands between a sum of squares and the division by its root. */
const followers = ['Add', 'Max', 'Clip', 'Sqrt', 'Reciprocal', 'Pow'];

const squares = ['Pow', 'Mul', 'Abs'];

/** Decides on all nodes of a scope, in order. */
export function decide(scope: HalfScope, rules: PrecisionRules): Map<Node, Decision> {
  const decisions = new Map<Node, Decision>();
  const readers = readersOf(scope.graph);
  const sums = new Set<string>();
  for (const node of scope.graph.nodes) {
    const decision = decideNode(node, scope, rules, readers, sums);
    decisions.set(node, decision);
    if (decision.precision === 'half') {
      for (const output of node.outputs) if (scope.isFloat(output)) scope.setNativeHalf(output);
    } else if (summing.has(node.opType) || decision === keepsDigits) {
      for (const output of node.outputs) sums.add(output);
    }
  }
  return decisions;
}

const float: Decision = { precision: 'float' };
const half: Decision = { precision: 'half' };
const native: Decision = { precision: 'native' };
const keepsDigits: Decision = { precision: 'float', reason: 'part of a sum over many numbers' };

function decideNode(
  node: Node,
  scope: HalfScope,
  rules: PrecisionRules,
  readers: ReadonlyMap<string, readonly Node[]>,
  sums: ReadonlySet<string>,
): Decision {
  const values = [...node.inputs, ...node.outputs].filter(Boolean);
  if (!values.some((value) => scope.isFloat(value)) || node.subgraphs().length > 0) return float;
  if (rules.keepsFloat(node)) return { precision: 'float', reason: 'kept by the recipe' };
  if (!values.every((value) => scope.isTyped(value))) return { precision: 'float', reason: 'its types are not known' };
  if (!node.is(node.opType)) return { precision: 'float', reason: `an operator of ${node.domain}` };
  if (node.is(...indifferent) && !scope.isFloat(node.outputs[0]!)) return native;
  if (summing.has(node.opType)) return keepsDigits;
  const operator = halfOperator(node.opType, rules.type, rules.opset);
  const unlike = node.is('LayerNormalization', 'RMSNormalization') && node.outputs.slice(1).some(Boolean);
  if (!operator || unlike) return { precision: 'float', reason: `${node.opType} has no ${rules.type}` };
  // A variance that is cut off changes the scale of a whole channel.
  const parameters = node.is('BatchNormalization') ? node.inputs.slice(1) : [];
  if (!parameters.every((value) => isWithinRange(value, scope, rules.type))) {
    return { precision: 'float', reason: `its statistics do not fit ${rules.type}` };
  }
  const data = node.inputs.filter((value, i) => scope.isFloat(value) && (operator.inputs?.includes(i) ?? true));
  const moving = data.filter((value) => !scope.isConstant(value));
  if (operator.kind === 'move') {
    return moving.length === 0 || moving.some((value) => scope.isNativeHalf(value)) ? half : float;
  }
  if (node.is(...squares) && feedsSumsOnly(node, scope, readers)) return keepsDigits;
  if (node.is(...followers) && moving.length > 0 && moving.every((value) => sums.has(value))) return keepsDigits;
  return half;
}

function isWithinRange(value: string, scope: HalfScope, type: HalfType): boolean {
  const tensor = scope.isFloat(value) ? scope.constant(value) : undefined;
  return !tensor || fitsHalf(tensor, type);
}

function feedsSumsOnly(node: Node, scope: HalfScope, readers: ReadonlyMap<string, readonly Node[]>): boolean {
  const uses = readers.get(node.outputs[0]!) ?? [];
  return uses.length > 0 && !scope.isOutput(node.outputs[0]!) && uses.every((use) => summing.has(use.opType));
}

function readersOf(graph: Graph): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  return readers;
}
