/** What each node of a model costs, wherever it stands: parameters, bytes, multiply-accumulates, activations. */

import { Constants, type ConstantPlace } from '../model/constants.ts';
import { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { inferShapes, type InferredTypes } from '../model/shapes/infer.ts';
import { staticShape, type Dim } from '../model/types.ts';
import { bitsPerElement, elementCount, packedByteLength } from '../tensor/dtype.ts';
import { batchOfOne, batchSymbols, OneForSymbols } from './batch-of-one.ts';
import { bodyRuns, multiplied, ownMacs } from './executions.ts';
import { weightsOf, type Weight } from './weights.ts';

/** Costs of one node that computes: constants have none. */
export interface LayerCost {
  readonly node: Node;
  /** Depth of the subgraph that holds the node; 0 in the main graph. */
  readonly depth: number;
  /** Numbers that the layer computes with, apart from scales, zero points, indices and shapes; shared ones once. */
  readonly parameters: number;
  /** Bytes of all its constants. */
  readonly weightBytes: number;
  /** In one run of the model, so times the iterations inside a loop; undefined where not known. */
  readonly macs: number | undefined;
  /** Bytes of its outputs; undefined where not known. */
  readonly activationBytes: number | undefined;
}

export interface ModelCosts {
  /** In the order of the file, a node before those in its bodies. */
  readonly layers: readonly LayerCost[];
  /** Those inside functions included. */
  readonly parameters: number;
  /** Input shapes that were assumed for `macs` and `activationBytes`, where the model leaves the batch open. */
  readonly assumedShapes: Readonly<Record<string, readonly Dim[]>>;
}

export interface CostOptions {
  /** Input shapes to assume instead of a batch of one where the model leaves the batch open. */
  readonly feeds?: Readonly<Record<string, readonly Dim[]>>;
  /** What `inferShapes` says of the model, where it is known already. */
  readonly types?: InferredTypes;
}

export function modelCosts(model: Model, options: CostOptions = {}): ModelCosts {
  const declared = options.types ?? inferShapes(model);
  const assumedShapes = { ...batchOfOne(model, declared), ...options.feeds };
  if (Object.keys(assumedShapes).length === 0) return { ...costsWith(model, declared), assumedShapes };
  const symbols = options.feeds ? undefined : batchSymbols(model, declared);
  if (symbols) {
    const types = new OneForSymbols(declared, symbols);
    const costs = costsWith(model, types);
    if (!types.lost) return { ...costs, assumedShapes };
  }
  return { ...costsWith(model, inferShapes(model, { feeds: assumedShapes })), assumedShapes };
}

function costsWith(model: Model, types: InferredTypes): Pick<ModelCosts, 'layers' | 'parameters'> {
  const walk = new CostWalk(model);
  walk.graph(model.graph, types, undefined, { runs: 1, depth: 0 });
  walk.functions();
  return walk;
}

/** Where a graph stands: executions of it in one run of the model (undefined: not known), subgraphs around it. */
interface Position {
  readonly runs: number | undefined;
  readonly depth: number;
}

class CostWalk {
  readonly layers: LayerCost[] = [];
  parameters = 0;
  private readonly model: Model;
  private readonly seen = new Set<ConstantPlace>();

  constructor(model: Model) {
    this.model = model;
  }

  graph(graph: Graph, types: InferredTypes, outer: Constants | undefined, position: Position): void {
    const constants = new Constants(graph, this.model.irVersion, outer);
    const weights = weightsOf(graph, constants, this.seen);
    for (const node of graph.nodes) {
      if (!node.is('Constant')) {
        const layer = costOf(node, types, position, weights.get(node));
        this.parameters += layer.parameters;
        this.layers.push(layer);
      }
      for (const body of node.subgraphs()) {
        const inner = types.forGraph(body);
        const runs = multiplied(position.runs, inner && bodyRuns(node, body, types, inner));
        if (inner) this.graph(body, inner, constants, { runs, depth: position.depth + 1 });
      }
    }
  }

  /** Constants inside functions: they belong to no single layer, since a function may be called many times. */
  functions(): void {
    for (const definition of this.model.functions) {
      const body = new Graph();
      body.nodes = [...definition.nodes];
      const weights = weightsOf(body, new Constants(body, this.model.irVersion), this.seen);
      for (const own of weights.values()) for (const { parameters } of own) this.parameters += parameters;
    }
  }
}

function costOf(
  node: Node,
  types: InferredTypes,
  { runs, depth }: Position,
  weights: readonly Weight[] | undefined,
): LayerCost {
  let [parameters, weightBytes] = [0, 0];
  for (const weight of weights ?? []) {
    parameters += weight.parameters;
    weightBytes += weight.tensor.byteLength;
  }
  const macs = multiplied(runs, ownMacs(node, types));
  return { node, depth, parameters, weightBytes, macs, activationBytes: multiplied(runs, outputBytes(node, types)) };
}

function outputBytes(node: Node, types: InferredTypes): number | undefined {
  let sum = 0;
  for (const name of node.outputs) {
    const bytes = name === '' ? 0 : valueBytes(name, types);
    if (bytes === undefined) return undefined;
    sum += bytes;
  }
  return sum;
}

function valueBytes(name: string, types: InferredTypes): number | undefined {
  const type = types.tensor(name);
  const dims = staticShape(type?.shape);
  if (!type || !dims || bitsPerElement(type.dtype) === 0) return undefined;
  return packedByteLength(type.dtype, elementCount(dims));
}
