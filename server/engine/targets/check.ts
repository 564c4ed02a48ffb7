/** What a target cannot run, runs wrongly or runs slowly, with the fix for each. */

import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { tensorType } from '../model/types.ts';
import { listInWords } from '../util/nearest.ts';
import { quantizationProblems } from './check-quantized.ts';
import type { TargetProblem } from './problem.ts';
import type { Target } from './target.ts';

/** Domains whose operators onnxruntime brings along. */
const knownDomains = new Set(['', 'ai.onnx', 'ai.onnx.ml', 'ai.onnx.training', 'ai.onnx.preview.training',
  'com.microsoft', 'com.microsoft.nchwc', 'com.ms.internal.nhwc', 'com.microsoft.experimental']);

/** Operators that only name, hold or move data: no accelerator needs a kernel for them, or the runtime removes them. */
const movesData = new Set(['Constant', 'Identity', 'Dropout', 'ConstantOfShape']);

/** Problems of `model` on `target`, errors first. */
export function checkTarget(model: Model, target: Target): TargetProblem[] {
  const problems = [
    ...opsetProblems(model, target),
    ...shapeProblems(model, target),
    ...operatorProblems(model, target),
    ...quantizationProblems(model, target),
  ];
  const weight = { error: 0, warning: 1, info: 2 } as const;
  return problems.sort((a, b) => weight[a.severity] - weight[b.severity]);
}

function opsetProblems({ opset }: Model, target: Target): TargetProblem[] {
  if (opset > target.maxOpset) {
    return [{
      code: 'LTH1001',
      severity: 'error',
      node: null,
      message: `The model uses opset ${opset}; ${target.name} runs opsets up to ${target.maxOpset}.`,
      fix: `Export the model again with opset ${target.maxOpset} or lower.`,
    }];
  }
  if (opset < target.minOpset) {
    return [{
      code: 'LTH1002',
      severity: 'warning',
      node: null,
      message: `The model uses opset ${opset}; ${target.name} promises to run opset ${target.minOpset} and later.`,
      fix: `Export the model again with opset ${target.minOpset} or later.`,
    }];
  }
  return [];
}

function shapeProblems(model: Model, target: Target): TargetProblem[] {
  if (!target.staticShapes) return [];
  return model.graph.feeds().flatMap((input): TargetProblem[] => {
    const type = tensorType(input);
    if (!type) return [];
    const open = type.shape?.flatMap((dim, axis) => (typeof dim === 'number' ? [] : [`${axis} (${dim ?? 'unknown'})`]));
    if (open?.length === 0) return [];
    const which = open ? `dimension ${listInWords(open)} of ` : 'the shape of ';
    return [{
      code: 'LTH1004',
      severity: 'error',
      node: input.name,
      message: `${target.name} needs fixed shapes, but ${which}input "${input.name}" is not fixed.`,
      fix: 'Export the model with fixed input sizes, batch 1 for instance.',
    }];
  });
}

function operatorProblems(model: Model, target: Target): TargetProblem[] {
  const functions = new Set(model.functions.map(({ domain, name }) => `${domain}:${name}`));
  const missing = new Map<string, Node[]>();
  const custom = new Map<string, Node[]>();
  const floatOnly = new Map<string, Node[]>();
  for (const { node } of model.graph.walk()) {
    const { domain, opType } = node;
    if (functions.has(`${domain}:${opType}`)) continue;
    if (!knownDomains.has(domain)) note(custom, `${domain}:${opType}`, node);
    else if (target.operators && node.is(opType) && !target.operators.has(opType) && !movesData.has(opType)) {
      note(missing, opType, node);
    } else if (!target.runsFloat && target.integerOperators?.has(opType) === false && isFloatLayer(node)) {
      note(floatOnly, opType, node);
    }
  }
  return [
    ...[...custom].map(([name, nodes]): TargetProblem => ({
      code: 'LTH1005',
      severity: 'error',
      node: nodes[0]!.label,
      message: `"${name}" (${count(nodes)}) is not an operator of onnxruntime.`,
      fix: 'Export the model without custom operators, or register the library that has them.',
    })),
    ...[...floatOnly].map(([opType, nodes]): TargetProblem => ({
      code: 'LTH1011',
      severity: 'error',
      node: nodes[0]!.label,
      message: `${target.name} has no integer kernel for ${opType} (${count(nodes)}), and no float ones at all.`,
      fix: `Replace ${opType} in the original network, or compute what follows it outside of the model.`,
    })),
    ...[...missing].map(([opType, nodes]): TargetProblem => ({
      code: 'LTH1003',
      severity: 'warning',
      node: nodes[0]!.label,
      message: `${target.name} does not run ${opType} (${count(nodes)}): the processor does, and data is copied there `
        + 'and back.',
      fix: `Replace ${opType} in the original network, or expect it to be slow.`,
    })),
  ];
}

/** Pairs, and what only moves data, need no kernel of their own. */
function isFloatLayer(node: Node): boolean {
  return node.is(node.opType) && !movesData.has(node.opType) && !node.opType.includes('QuantizeLinear')
    && !node.is('Cast', 'Shape');
}

function note(into: Map<string, Node[]>, key: string, node: Node): void {
  const nodes = into.get(key);
  if (nodes) nodes.push(node);
  else into.set(key, [node]);
}

function count(nodes: readonly Node[]): string {
  return nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
}
