/** What both ways of converting to half precision share. */

import type { Graph } from '../../model/graph.ts';
import type { Node } from '../../model/node.ts';
import type { UniqueNames } from '../../model/unique-names.ts';
import type { HalfType } from './half-operators.ts';

export interface HalfOptions {
  readonly type: HalfType;
  /** `true`: weights are stored in half precision and converted to float32 when the model is loaded. */
  readonly weightsOnly: boolean;
  /** Type of the model's float inputs and outputs; `half` only where the computation is in half precision too. */
  readonly io: 'float32' | 'half';
  /** Layers that stay float because somebody wants so. */
  readonly keepsFloat: (node: Node) => boolean;
  /** `false`: weights are not read to see whether they fit, and nothing is noted about them. */
  readonly inspectsWeights?: boolean;
}

/** What recipes and reports call the type. */
export function schemeName(type: HalfType): 'fp16' | 'bf16' {
  return type === 'float16' ? 'fp16' : 'bf16';
}

/** Adds the value names of a graph and its subgraphs. */
export function collectNames(graph: Graph, into: UniqueNames): UniqueNames {
  for (const { name } of [...graph.inputs, ...graph.outputs]) into.add(name);
  for (const name of [...graph.initializers.keys(), ...graph.sparseInitializers.keys()]) into.add(name);
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...node.outputs]) into.add(name);
    for (const inner of node.subgraphs()) collectNames(inner, into);
  }
  return into;
}
