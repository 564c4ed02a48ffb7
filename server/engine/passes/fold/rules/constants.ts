/** Nodes whose results follow from constants, or from shapes that are known, become constants. */

import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { elementCount, isIntegerType } from '../../../tensor/dtype.ts';
import { evaluate, evaluatedOperators } from '../evaluate/evaluate.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

/** What a node with its names takes in a file at least: a constant of that size never makes a model larger. */
const nodeBytes = 128;

/** Larger tensors are left to the runtime: computing takes several times their size in memory. */
const maxInputBytes = 1 << 28;

export const constantResults: FoldRule = {
  operators: evaluatedOperators,
  apply(node, scope) {
    const names = node.outputs.filter(Boolean);
    const before = names.map((name) => scope.known(name));
    const results = before.every((tensor) => tensor !== undefined) ? before : compute(node, scope);
    if (results?.length !== names.length) return false;
    if (isSmaller(node, scope, results)) return store(node, scope, names, results);
    for (const [i, name] of names.entries()) scope.remember(name, results[i]!);
    return false;
  },
};

function compute(node: Node, scope: FoldScope): readonly Tensor[] | undefined {
  const inputs = node.inputs.map((name) => scope.known(name));
  if (inputs.some((tensor, i) => tensor === undefined && node.input(i) !== undefined)) return undefined;
  if (inputs.some((tensor) => tensor !== undefined && tensor.byteLength > maxInputBytes)) return undefined;
  // A node that reads nothing is no result of constants: Constant forms that stay as they are, random numbers.
  return inputs.length > 0 ? evaluate(node, inputs, scope.opset) : undefined;
}

/** Whether storing the results takes no more than the node and the constants that only it reads. */
function isSmaller(node: Node, scope: FoldScope, results: readonly Tensor[]): boolean {
  const stored = results.reduce((sum, tensor) => sum + tensor.byteLength, 0);
  let released = nodeBytes;
  for (const name of new Set(node.inputs)) {
    const tensor = scope.constant(name);
    if (tensor && scope.isOnlyFor(name, node)) released += tensor.byteLength;
  }
  return stored <= released;
}

function store(node: Node, scope: FoldScope, names: readonly string[], results: readonly Tensor[]): boolean {
  if (names.some((name) => scope.isOutput(name))) return false;
  scope.report.add(node, 'computed', 'it follows from constants');
  for (const [i, name] of names.entries()) scope.replaceByConstant(node, name, results[i]!);
  return true;
}

/** Shape arithmetic: small integers that inference found, whatever made them. */
export const inferredResults: FoldRule = {
  operators: evaluatedOperators,
  apply(node, scope) {
    const name = node.outputs[0];
    if (!name || node.outputs.length !== 1 || scope.isOutput(name)) return false;
    const elements = scope.elements(name);
    const dtype = scope.dtype(name);
    const dims = scope.shape(name);
    if (!elements || !dtype || !dims?.every((dim) => typeof dim === 'number')) return false;
    if (dtype !== 'bool' && !isIntegerType(dtype)) return false;
    if (elements.length !== elementCount(dims) || !elements.every(isExact)) return false;
    const tensor = Tensor.from(name, dtype, dims, elements);
    if (tensor.byteLength > nodeBytes) return false;
    scope.report.add(node, 'computed', 'it follows from the shapes');
    scope.replaceByConstant(node, name, tensor);
    return true;
  },
};

function isExact(element: number | string | null): element is number {
  return typeof element === 'number' && Number.isSafeInteger(element);
}
