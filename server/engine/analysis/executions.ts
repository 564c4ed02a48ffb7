/** How often the bodies of control flow run, and what a node costs with all that it runs. */

import type { Graph } from '../model/graph.ts';
import type { Node } from '../model/node.ts';
import type { InferredTypes } from '../model/shapes/infer.ts';
import { macsOf } from './macs.ts';

/** A single number, where it is known. */
function scalar(value: string | undefined, types: InferredTypes): number | undefined {
  const elements = value === undefined ? undefined : types.elements(value);
  const [element] = elements ?? [];
  return elements?.length === 1 && typeof element === 'number' ? element : undefined;
}

/**
 * Executions of `body` in one execution of `node`; undefined where the structure does not tell.
 *
 * @param types of the graph that holds `node`
 * @param inner of `body`
 */
export function bodyRuns(node: Node, body: Graph, types: InferredTypes, inner: InferredTypes): number | undefined {
  if (node.is('If')) {
    const condition = scalar(node.input(0), types);
    const branch = node.attributes.get(condition === 0 ? 'else_branch' : 'then_branch');
    return condition === undefined ? undefined : Number(branch?.type === 'graph' && branch.value === body);
  }
  if (node.is('Loop')) {
    // Only the trip count can end the loop when the condition stays true.
    const starts = node.input(1) === undefined || scalar(node.input(1), types) === 1;
    const goesOn = scalar(body.outputs[0]?.name, inner) === 1;
    const trips = scalar(node.input(0), types);
    return starts && goesOn && trips !== undefined ? Math.max(0, trips) : undefined;
  }
  if (node.is('Scan')) {
    const sequences = node.inputs.slice(node.inputs.length - node.int('num_scan_inputs', 0));
    const axes = node.ints('scan_input_axes') ?? [];
    const length = types.tensor(sequences[0] ?? '')?.shape?.at(axes[0] ?? 0);
    return typeof length === 'number' ? length : undefined;
  }
  return undefined;
}

/** Multiply-accumulates of the node itself and, where it calls a function, of everything in it; bodies aside. */
export function ownMacs(node: Node, types: InferredTypes): number | undefined {
  const call = types.forCall(node);
  if (call) return total(call.nodes.map((inner) => allMacs(inner, call.types)));
  return macsOf(node, (name) => types.tensor(name)?.shape);
}

/** The same with what runs in the bodies of the node. */
function allMacs(node: Node, types: InferredTypes): number | undefined {
  const bodies = node.subgraphs().map((body) => {
    const inner = types.forGraph(body);
    const once = inner && total(body.nodes.map((one) => allMacs(one, inner)));
    return multiplied(inner && bodyRuns(node, body, types, inner), once);
  });
  return total([ownMacs(node, types), ...bodies]);
}

/** The sum; undefined when a part is not known. */
export function total(parts: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum += part;
  }
  return sum;
}

/** The product; what is not known does not matter where the other is 0. */
export function multiplied(a: number | undefined, b: number | undefined): number | undefined {
  if (a === 0 || b === 0) return 0;
  return a === undefined || b === undefined ? undefined : a * b;
}
