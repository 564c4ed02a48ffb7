/** Writing a model in a newer operator set, with the same meaning. */

import type { Graph } from '../../model/graph.ts';
import type { FunctionDefinition, Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { inferShapes, type InferredTypes } from '../../model/shapes/infer.ts';
import { irVersionFor, raiseIrVersion } from './ir-version.ts';
import { liftNode } from './lift-nodes.ts';
import { FunctionScope, GraphScope, ValueNames, type Scope } from './scopes.ts';

/** Operator sets that other passes need: 13 for per-channel scales, 21 for 4- and 16-bit integers. */
export type LiftTarget = 13 | 17 | 21;

/**
 * `model` in version `to` of the standard operator set, or `model` itself when it is there already or beyond. Nodes
 * whose operator changed on the way (ONNX `docs/Changelog.md`) are rewritten so that they mean what they meant, in
 * subgraphs and functions too; nodes of other domains stay as they are. The IR version is raised where the opset
 * needs it.
 *
 * @throws LatheError `UNSUPPORTED` naming the node that cannot be lifted; `model` is whole in any case
 */
export function liftOpset(model: Model, to: LiftTarget): Model {
  const imported = model.opsetImports.get('');
  if (imported !== undefined && imported >= to) return model;
  // A model that imports other domains only has no standard nodes; one that imports nothing is from before opsets.
  const from = imported ?? (model.opsetImports.size > 0 ? to : 1);
  const lifted = model.clone();
  lifted.opsetImports.set('', to);
  raiseIrVersion(lifted, irVersionFor(to));
  if (from < to) {
    const names = new ValueNames();
    names.addGraph(lifted.graph);
    liftGraph(lifted.graph, { types: inferShapes(lifted), names, from, to });
  }
  lifted.functions = lifted.functions.map((definition) => liftFunction(definition, to));
  return lifted;
}

/** What stays the same throughout a lift. */
interface Lift {
  /** Absent inside functions, where types differ from call to call. */
  readonly types?: InferredTypes;
  readonly names: ValueNames;
  readonly from: number;
  readonly to: LiftTarget;
}

function liftGraph(graph: Graph, lift: Lift, parent?: Scope): void {
  const scope = new GraphScope(graph, lift.names, parent ? lift.types?.forGraph(graph) : lift.types, parent);
  graph.nodes = liftNodes(graph.nodes, scope, lift);
}

function liftNodes(nodes: readonly Node[], scope: Scope, lift: Lift): Node[] {
  return nodes.flatMap((node) => {
    for (const subgraph of node.subgraphs()) liftGraph(subgraph, lift, scope);
    return liftNode(node, scope, lift.from, lift.to);
  });
}

/** A function has opset imports of its own, which must not fall behind the model's. */
function liftFunction(definition: FunctionDefinition, to: LiftTarget): FunctionDefinition {
  const from = definition.opsetImports.get('');
  if (from === undefined || from >= to) return definition;
  const original = definition.nodes.map((node) => node.clone());
  const names = new ValueNames();
  names.addReads([...definition.inputs, ...definition.outputs]);
  names.addNodes(original);
  const scope = new FunctionScope(definition.inputs, original, names);
  const nodes = liftNodes(original, scope, { names, from, to });
  return {
    ...definition,
    nodes: [...scope.added, ...nodes],
    opsetImports: new Map([...definition.opsetImports, ['', to]]),
  };
}
