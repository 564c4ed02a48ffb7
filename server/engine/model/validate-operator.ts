/** Whether a node's operator exists in the operator sets that the model names, and takes as many inputs and outputs. */

import { didYouMean } from '../util/nearest.ts';
import type { FunctionDefinition } from './model.ts';
import type { Node } from './node.ts';
import {
  isTabulatedDomain,
  newestOpset,
  operatorHistory,
  operatorNames,
  operatorVersion,
  type OperatorVersion,
} from './operators.ts';
import type { Problem } from './problem.ts';

/** What gives meaning to the operators of a graph. */
export interface OperatorScope {
  readonly opsetImports: ReadonlyMap<string, number>;
  /** By `functionKey`. */
  readonly functions: ReadonlyMap<string, FunctionDefinition>;
}

/** Domains that onnxruntime brings; their operators are not tabulated here. */
const runtimeDomains: ReadonlySet<string> = new Set([
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.microsoft.dml',
  'com.ms.internal.nhwc',
  'ai.onnx.training',
  'org.pytorch.aten',
]);

export function functionKey(domain: string, name: string, overload: string): string {
  return [domain === 'ai.onnx' ? '' : domain, name, overload].join('\0');
}

function standard(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** The problems of the operator of `node`. */
export function operatorProblems(node: Node, scope: OperatorScope): Problem[] {
  const definition = scope.functions.get(functionKey(node.domain, node.opType, node.overload));
  const missing = missingImport(node, scope);
  if (definition) return [...missing, ...functionCallProblems(node, definition)];
  if (missing.length > 0) return missing;
  const domain = standard(node.domain);
  if (!isTabulatedDomain(domain)) return runtimeDomains.has(domain) ? [] : [customOperator(node)];
  const opset = scope.opsetImports.get(domain) ?? 1;
  const version = operatorVersion(domain, node.opType, opset);
  if (version?.withdrawn) return [withdrawn(node, opset, version)];
  return version ? countProblems(node, version) : [unknownOperator(node, domain, opset)];
}

function problem(node: Node, code: string, message: string, fix?: string): Problem {
  return { code, severity: 'error', message, ...(fix !== undefined && { fix }), node: node.label };
}

function missingImport(node: Node, scope: OperatorScope): Problem[] {
  if (scope.opsetImports.has(standard(node.domain))) return [];
  const domain = standard(node.domain) === '' ? 'the standard operators' : `the domain "${node.domain}"`;
  return [
    problem(
      node,
      'missing-opset-import',
      `Node "${node.label}" is of ${domain}, whose version the model does not give.`,
      'Export the model again, or add the missing entry to its opset_import.',
    ),
  ];
}

function customOperator(node: Node): Problem {
  return problem(
    node,
    'custom-operator',
    `Node "${node.label}" is the operator ${node.opType} of the domain "${node.domain}", which neither the model nor ` +
      'onnxruntime defines.',
    'Export the model with standard operators, or with the operator as a function of the model.',
  );
}

function withdrawn(node: Node, opset: number, version: OperatorVersion): Problem {
  return problem(
    node,
    'withdrawn-operator',
    `Node "${node.label}" is the operator ${node.opType}, which was withdrawn in operator set ${version.since} ` +
      `(the model uses ${opset}).`,
    `Export the model with operator set ${version.since - 1} or older, or without ${node.opType}.`,
  );
}

function unknownOperator(node: Node, domain: string, opset: number): Problem {
  const history = operatorHistory(domain, node.opType);
  if (history) {
    const { since } = history[0]!;
    return problem(
      node,
      'operator-too-new',
      `Node "${node.label}" is the operator ${node.opType}, which exists since operator set ${since}; ` +
        `the model uses ${opset}.`,
      `Export the model with operator set ${since} or newer.`,
    );
  }
  const found = problem(
    node,
    'unknown-operator',
    `Node "${node.label}" is the operator "${node.opType}", which ONNX does not define.` +
      didYouMean(node.opType, operatorNames(domain)),
  );
  return domain === '' && opset > newestOpset ? { ...found, severity: 'warning' } : found;
}

function countProblems(node: Node, version: OperatorVersion): Problem[] {
  const { minInputs, maxInputs, minOutputs, maxOutputs } = version;
  return [
    ...count(node, 'inputs', node.inputs.length, minInputs, maxInputs),
    ...count(node, 'outputs', node.outputs.length, minOutputs, maxOutputs),
  ];
}

function count(node: Node, what: 'inputs' | 'outputs', present: number, least: number, most: number): Problem[] {
  if (present >= least && present <= most) return [];
  let allowed = `${least} to ${most}`;
  if (least === most) allowed = String(least);
  else if (most === Infinity) allowed = `at least ${least}`;
  const message = `Node "${node.label}" has ${present} ${what}; ${node.opType} takes ${allowed}.`;
  return [problem(node, what === 'inputs' ? 'input-count' : 'output-count', message)];
}

function functionCallProblems(node: Node, definition: FunctionDefinition): Problem[] {
  return [
    ...count(node, 'inputs', node.inputs.length, 0, definition.inputs.length),
    ...count(node, 'outputs', node.outputs.length, 0, definition.outputs.length),
  ];
}
