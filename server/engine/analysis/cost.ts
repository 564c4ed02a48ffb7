/**
 * What a model consists of and costs: parameters, bytes, multiply-accumulates and activations, by layer and in total.
 * From the structure alone: no weight is read.
 */

import { modelTensors } from '../formats/onnx/model-tensors.ts';
import { Constants, type ConstantPlace } from '../model/constants.ts';
import { Graph } from '../model/graph.ts';
import type { Model } from '../model/model.ts';
import type { Node } from '../model/node.ts';
import { inferShapes, type InferredTypes } from '../model/shapes/infer.ts';
import { staticShape, type Dim } from '../model/types.ts';
import { bitsPerElement, elementCount, packedByteLength, type DataType } from '../tensor/dtype.ts';
import { bodyRuns, multiplied, ownMacs, total } from './executions.ts';
import { weightsOf, type Weight } from './weights.ts';

/** A value of the graph; type and shape are undefined where they are not known, or the value is no tensor. */
export interface ValueSummary {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** One node that computes: constants are not listed. */
export interface LayerSummary {
  /** The node's name, or what to call it when it has none. */
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** Depth of the subgraph that holds the node; 0 in the main graph. */
  readonly depth: number;
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Numbers that the layer computes with, apart from scales, zero points, indices and shapes; shared ones once. */
  readonly parameters: number;
  /** Bytes of all its constants. */
  readonly weightBytes: number;
  /** In one run of the model, so times the iterations inside a loop; undefined where not known. */
  readonly macs: number | undefined;
  /** Bytes of its outputs; undefined where not known. */
  readonly activationBytes: number | undefined;
}

export interface ModelSummary {
  /** What a caller feeds. */
  readonly inputs: readonly ValueSummary[];
  readonly outputs: readonly ValueSummary[];
  /** Version of the standard operator set. */
  readonly opset: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly irVersion: number;
  readonly producer: string | undefined;
  /** Input shapes that were assumed for `macs` and `activationBytes`, where the model leaves the batch open. */
  readonly assumedShapes: Readonly<Record<string, readonly Dim[]>>;
  /** Number of nodes by operator, subgraphs included. */
  readonly nodes: Readonly<Record<string, number>>;
  readonly parameters: number;
  /** Bytes of all constants by element type, the largest first; those of functions included. */
  readonly weightBytes: Readonly<Partial<Record<DataType, number>>>;
  /** Multiply-accumulates of one run; undefined where a layer's are not known. */
  readonly macs: number | undefined;
  /** Bytes of everything computed in one run; undefined where a layer's are not known. */
  readonly activationBytes: number | undefined;
  readonly layers: readonly LayerSummary[];
}

/**
 * Summarizes `model`. Where the first dimension of an input is open, a batch of one is assumed.
 *
 * @param feeds input shapes to assume instead
 */
export function summarize(model: Model, feeds: Readonly<Record<string, readonly Dim[]>> = {}): ModelSummary {
  const declared = inferShapes(model);
  const assumedShapes = { ...batchOfOne(model, declared), ...feeds };
  const types = Object.keys(assumedShapes).length > 0 ? inferShapes(model, { feeds: assumedShapes }) : declared;
  const walk = new LayerWalk(model);
  walk.graph(model.graph, types, undefined, { runs: 1, depth: 0 });
  walk.functions();
  const { layers } = walk;
  return {
    inputs: model.graph.feeds().map(({ name }) => valueSummary(name, declared)),
    outputs: model.graph.outputs.map(({ name }) => valueSummary(name, declared)),
    opset: model.opset,
    opsets: Object.fromEntries(model.opsetImports),
    irVersion: model.irVersion,
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || undefined,
    assumedShapes,
    nodes: counts([...model.graph.walk()].map(({ node }): [string, number] => [node.opType, 1])),
    parameters: walk.parameters,
    weightBytes: counts([...modelTensors(model)].map(({ dtype, byteLength }): [string, number] => [dtype, byteLength])),
    macs: total(layers.map((layer) => layer.macs)),
    activationBytes: total(layers.map((layer) => layer.activationBytes)),
    layers,
  };
}

/** Shapes for a batch of one, for the inputs whose first dimension is open. */
function batchOfOne(model: Model, types: InferredTypes): Record<string, readonly Dim[]> {
  const shapes: Record<string, readonly Dim[]> = {};
  for (const { name } of model.graph.feeds()) {
    const shape = types.tensor(name)?.shape;
    if (shape && shape.length > 0 && typeof shape[0] !== 'number') shapes[name] = [1, ...shape.slice(1)];
  }
  return shapes;
}

/** Sums by key, the largest first. */
function counts(entries: readonly (readonly [string, number])[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of entries) sums.set(key, (sums.get(key) ?? 0) + value);
  return Object.fromEntries([...sums].sort((a, b) => b[1] - a[1]));
}

function valueSummary(name: string, types: InferredTypes): ValueSummary {
  const type = types.tensor(name);
  return { name, dtype: type?.dtype === 'undefined' ? undefined : type?.dtype, shape: type?.shape };
}

function bytesOf({ dtype, shape }: ValueSummary): number | undefined {
  const dims = staticShape(shape);
  return dims && dtype && bitsPerElement(dtype) > 0 ? packedByteLength(dtype, elementCount(dims)) : undefined;
}

/** Where a graph stands: executions of it in one run of the model (undefined: not known), subgraphs around it. */
interface Position {
  readonly runs: number | undefined;
  readonly depth: number;
}

class LayerWalk {
  readonly layers: LayerSummary[] = [];
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
        const layer = describe(node, types, position, weights.get(node) ?? []);
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

function describe(
  node: Node,
  types: InferredTypes,
  { runs, depth }: Position,
  weights: readonly Weight[],
): LayerSummary {
  const inputs = node.inputs.filter(Boolean).map((name) => valueSummary(name, types));
  const outputs = node.outputs.filter(Boolean).map((name) => valueSummary(name, types));
  return {
    name: node.label,
    opType: node.opType,
    domain: node.domain,
    depth,
    inputs,
    outputs,
    parameters: weights.reduce((sum, { parameters }) => sum + parameters, 0),
    weightBytes: weights.reduce((sum, { tensor }) => sum + tensor.byteLength, 0),
    macs: multiplied(runs, ownMacs(node, types)),
    activationBytes: multiplied(runs, total(outputs.map(bytesOf))),
  };
}
