/** Which constants of a model are weights that can learn, and which of those somebody chose. */

import type { Graph } from '../model/graph.ts';
import { outerReads } from '../model/toposort.ts';
import type { Node } from '../model/node.ts';
import { matchesGlob } from '../util/glob.ts';
import { gradientRuleFor } from './gradients/registry.ts';
import { constantRule, ruleKey } from './gradients/rule.ts';
import type { BlockedOperator } from './trainer-options.ts';

/** Inputs that hold weights, by operator. */
const weightInputs: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [1, 2],
  Conv: [1, 2],
  ConvTranspose: [1, 2],
  Gather: [0],
  Gemm: [0, 1, 2],
  GRU: [1, 2, 3],
  GroupNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  LayerNormalization: [1, 2],
  LSTM: [1, 2, 3],
  MatMul: [0, 1],
  PRelu: [1],
  RMSNormalization: [1],
  RNN: [1, 2, 3],
  SimplifiedLayerNormalization: [1],
  'com.microsoft::FusedMatMul': [0, 1],
  'com.microsoft::SkipLayerNormalization': [2, 3, 4],
  'lathe::FakeQuantize': [0, 1],
};

/** Their constant is a weight when it is one number per channel, and not applied to an input such as a picture. */
const elementwise: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);

export interface Weight {
  readonly name: string;
  readonly dims: readonly number[];
  /** Names of the nodes that use it. */
  readonly layers: readonly string[];
}

/** float32 initializers that are weights, in the order of their first use; scalars of formulas are not. */
export function findWeights(graph: Graph): Weight[] {
  const inputs = new Set(graph.inputs.map(({ name }) => name));
  const found = new Map<string, { layers: string[]; isWeight: boolean }>();
  for (const node of graph.nodes) {
    const places = weightInputs[ruleKey(node)];
    node.inputs.forEach((name, index) => {
      const tensor = graph.initializers.get(name);
      if (tensor?.dtype !== 'float32' || inputs.has(name)) return;
      const isVector =
        elementwise.has(ruleKey(node)) &&
        tensor.dims.filter((length) => length > 1).length === 1 &&
        !node.inputs.some((other) => inputs.has(other));
      const entry = found.get(name) ?? { layers: [], isWeight: false };
      entry.layers.push(node.label);
      entry.isWeight ||= places?.includes(index) === true || isVector;
      found.set(name, entry);
    });
  }
  return [...found]
    .filter(([, { isWeight }]) => isWeight)
    .map(([name, { layers }]) => ({ name, dims: graph.initializers.get(name)!.dims, layers }));
}

/** `true` when one of `patterns` means the weight, or a layer that uses it. */
export function isNamed(weight: Weight, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => [weight.name, ...weight.layers].some((name) => matchesGlob(pattern, name)));
}

/**
 * Operators without a gradient rule between weights and the loss. A gradient around such an operator would be wrong
 * where another way leads past it, so every weight upstream of one must stay as it is.
 *
 * @param values where the loss is measured
 */
export function findBlocked(graph: Graph, weights: Iterable<string>, values: Iterable<string>): BlockedOperator[] {
  const leading = ancestors(graph, values);
  const required = new Set(weights);
  const blocked: Node[] = [];
  for (const node of graph.nodes) {
    const reads = [...outerReads(node)];
    if (!reads.some((name) => required.has(name))) continue;
    const rule = node.subgraphs().length > 0 ? undefined : gradientRuleFor(node);
    if (rule === constantRule) continue;
    for (const output of node.outputs) required.add(output);
    if (!rule && node.outputs.some((output) => leading.has(output))) blocked.push(node);
  }
  const all = new Set(weights);
  return blocked.map((node) => {
    const upstream = ancestors(graph, outerReads(node));
    return { node: node.label, opType: ruleKey(node), weights: [...all].filter((name) => upstream.has(name)) };
  });
}

/** `values` and everything that they are computed from. */
function ancestors(graph: Graph, values: Iterable<string>): Set<string> {
  const found = new Set(values);
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (node.outputs.some((output) => found.has(output))) for (const name of outerReads(node)) found.add(name);
  }
  return found;
}
