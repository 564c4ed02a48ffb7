/**
 * The rules of the ONNX IR specification that a file may break although its bytes are well formed. All findings are
 * collected; the model is not changed.
 */

import type { FunctionDefinition, Model } from './model.ts';
import type { Node } from './node.ts';
import { newestOpset } from './operators.ts';
import type { Problem } from './problem.ts';
import { GraphValidator, type OperatorScope } from './validate-graph.ts';
import { functionKey } from './validate-operator.ts';

export type { Problem } from './problem.ts';

/** Newest version of the IR whose rules are known here. */
const newestIrVersion = 14;

/** From this version on a model says which operator sets it uses. */
const firstIrVersionWithOpsets = 3;

/** Checks a model; the result is empty for a valid one. Functions are checked once, not at every call. */
export function validateModel(model: Model): Problem[] {
  const problems: Problem[] = [];
  checkVersions(model, problems);
  const functions = indexFunctions(model.functions, problems);
  const scope: OperatorScope = {
    opsetImports: model.irVersion < firstIrVersionWithOpsets ? new Map([['', 1]]) : model.opsetImports,
    functions,
  };
  new GraphValidator(scope, problems, undefined).mainGraph(model.graph);
  for (const definition of model.functions) {
    const own: OperatorScope = { opsetImports: definition.opsetImports, functions };
    new GraphValidator(own, problems, definition).functionBody(definition);
  }
  checkRecursion(functions, problems);
  return problems;
}

function checkVersions(model: Model, problems: Problem[]): void {
  if (model.irVersion <= 0) {
    problems.push({
      code: 'ir-version',
      severity: 'error',
      message: 'The model does not say which version of the ONNX format it is in.',
      fix: 'Export the model again.',
    });
  } else if (model.irVersion > newestIrVersion) {
    problems.push({
      code: 'ir-version',
      severity: 'warning',
      message: `The model is in version ${model.irVersion} of ONNX's format; Lathe knows ${newestIrVersion} and older.`,
      fix: 'Update Lathe, or export the model for an older version.',
    });
  }
  if (model.opset > newestOpset) {
    problems.push({
      code: 'opset-version',
      severity: 'warning',
      message: `The model uses operator set ${model.opset}; Lathe knows ${newestOpset} and older.`,
      fix: 'Update Lathe, or export the model with an older operator set.',
    });
  }
}

function indexFunctions(
  definitions: readonly FunctionDefinition[],
  problems: Problem[],
): Map<string, FunctionDefinition> {
  const functions = new Map<string, FunctionDefinition>();
  for (const definition of definitions) {
    const key = functionKey(definition.domain, definition.name, definition.overload);
    if (functions.has(key)) {
      problems.push({
        code: 'duplicate-function',
        severity: 'error',
        message: `The model defines the function "${definition.name}" (domain "${definition.domain}") twice.`,
        fix: 'Give one of the two another name or overload.',
      });
    }
    functions.set(key, definition);
  }
  return functions;
}

function* allNodes(nodes: readonly Node[]): Generator<Node> {
  for (const node of nodes) {
    yield node;
    for (const subgraph of node.subgraphs()) for (const inner of subgraph.walk()) yield inner.node;
  }
}

/** Functions that call themselves, directly or through others. */
function checkRecursion(functions: ReadonlyMap<string, FunctionDefinition>, problems: Problem[]): void {
  const calls = new Map<string, Set<string>>();
  for (const [key, definition] of functions) {
    const called = new Set<string>();
    for (const node of allNodes(definition.nodes)) {
      const target = functionKey(node.domain, node.opType, node.overload);
      if (functions.has(target)) called.add(target);
    }
    calls.set(key, called);
  }
  for (const [key, definition] of functions) {
    if (!reaches(key, calls)) continue;
    problems.push({
      code: 'recursive-function',
      severity: 'error',
      message: `The function "${definition.name}" calls itself, directly or through other functions.`,
      fix: 'ONNX functions must not be recursive: use Loop instead.',
    });
  }
}

/** `true` when following `calls` from `key` leads back to it. */
function reaches(key: string, calls: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const seen = new Set<string>();
  const waiting = [...calls.get(key)!];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === key) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...calls.get(next)!);
  }
  return false;
}
