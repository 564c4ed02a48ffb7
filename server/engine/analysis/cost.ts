/**
 * What a model consists of and costs: parameters, bytes, multiply-accumulates and activations, by layer and in total.
 * From the structure alone: no weight is read.
 */

import { modelTensors, storedLength } from '../formats/onnx/model-tensors.ts';
import type { Model } from '../model/model.ts';
import { inferShapes, type InferredTypes } from '../model/shapes/infer.ts';
import type { Dim } from '../model/types.ts';
import type { DataType } from '../tensor/dtype.ts';
import { total } from './executions.ts';
import { modelCosts, type LayerCost, type ModelCosts } from './layer-costs.ts';

/** A value of the graph; type and shape are undefined where they are not known, or the value is no tensor. */
export interface ValueSummary {
  readonly name: string;
  readonly dtype: DataType | undefined;
  readonly shape: readonly Dim[] | undefined;
}

/** One node that computes: constants are not listed. */
export interface LayerSummary extends Omit<LayerCost, 'node'> {
  /** The node's name, or what to call it when it has none. */
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
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
  const costs = modelCosts(model, { feeds, types: declared });
  return {
    inputs: model.graph.feeds().map(({ name }) => valueSummary(name, declared)),
    outputs: model.graph.outputs.map(({ name }) => valueSummary(name, declared)),
    opset: model.opset,
    opsets: Object.fromEntries(model.opsetImports),
    irVersion: model.irVersion,
    producer: producerOf(model),
    assumedShapes: costs.assumedShapes,
    nodes: countedOperators(model),
    parameters: costs.parameters,
    weightBytes: bytesByType(model),
    macs: totalMacs(costs),
    activationBytes: total(costs.layers.map((layer) => layer.activationBytes)),
    layers: costs.layers.map(({ node, ...cost }) => ({
      name: node.label,
      opType: node.opType,
      domain: node.domain,
      ...cost,
    })),
  };
}

/** Name and version of the program that wrote the model. */
export function producerOf(model: Model): string | undefined {
  return [model.producerName, model.producerVersion].filter(Boolean).join(' ') || undefined;
}

/** Bytes of all constants by element type, the largest first; those of functions included. */
export function bytesByType(model: Model): Readonly<Partial<Record<DataType, number>>> {
  const sums = new Map<string, number>();
  for (const tensor of modelTensors(model)) {
    sums.set(tensor.dtype, (sums.get(tensor.dtype) ?? 0) + storedLength(tensor));
  }
  return largestFirst(sums);
}

/** Multiply-accumulates of one run; undefined where a layer's are not known. */
export function totalMacs({ layers }: ModelCosts): number | undefined {
  return total(layers.map((layer) => layer.macs));
}

function countedOperators(model: Model): Record<string, number> {
  const sums = new Map<string, number>();
  for (const { node } of model.graph.walk()) sums.set(node.opType, (sums.get(node.opType) ?? 0) + 1);
  return largestFirst(sums);
}

function largestFirst(sums: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...sums].sort((a, b) => b[1] - a[1]));
}

function valueSummary(name: string, types: InferredTypes): ValueSummary {
  const type = types.tensor(name);
  return { name, dtype: type?.dtype === 'undefined' ? undefined : type?.dtype, shape: type?.shape };
}
