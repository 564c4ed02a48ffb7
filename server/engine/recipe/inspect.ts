/** What is in a model file, from its structure alone: weights are not read. */

import { statSync } from 'node:fs';
import { checkExternalData } from '../formats/onnx/external-data.ts';
import { modelTensors } from '../formats/onnx/model-tensors.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import { tensorType, type Dim, type ValueInfo } from '../model/types.ts';
import { validateModel, type Problem } from '../model/validate.ts';
import { layerBytes, parameterCount } from './layer-bytes.ts';

export interface InspectedValue {
  readonly name: string;
  /** null for what is no tensor. */
  readonly dtype: string | null;
  /** null when even the rank is unknown. */
  readonly shape: readonly Dim[] | null;
}

/** All nodes of one operator. */
export interface InspectedLayers {
  readonly opType: string;
  readonly count: number;
  readonly parameters: number;
  readonly bytes: number;
  readonly macs: number | null;
}

export interface Inspection {
  readonly path: string;
  readonly format: 'onnx';
  /** The file and its external data. */
  readonly sizeBytes: number;
  readonly irVersion: number;
  readonly opset: number;
  /** By domain; the standard one is ''. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string | null;
  readonly inputs: readonly InspectedValue[];
  readonly outputs: readonly InspectedValue[];
  /** Subgraphs included. */
  readonly nodes: number;
  readonly functions: number;
  readonly parameters: number;
  /** Multiply-adds of one run; null where shapes do not tell. */
  readonly macs: number | null;
  /** Bytes of constants by element type, the largest first. */
  readonly bytesByType: Readonly<Record<string, number>>;
  /** The largest first. */
  readonly layers: readonly InspectedLayers[];
  readonly problems: readonly Problem[];
}

export function inspectModel(path: string): Inspection {
  const model = readModel(path);
  const missing = checkExternalData(model);
  const problems: Problem[] = [
    ...missing.map(({ message, fix, at }): Problem => ({
      code: 'external-data',
      severity: 'error',
      message,
      ...(fix !== undefined && { fix }),
      ...(at?.value !== undefined && { value: at.value }),
    })),
    ...validateModel(model),
  ];
  const nodes = [...model.graph.walk()].map(({ node }) => node);
  return {
    path,
    format: 'onnx',
    sizeBytes: statSync(path).size + externalBytes(model),
    irVersion: model.irVersion,
    opset: model.opset,
    opsets: Object.fromEntries(model.opsetImports),
    producer: [model.producerName, model.producerVersion].filter(Boolean).join(' ') || null,
    inputs: model.graph.feeds().map(inspectedValue),
    outputs: model.graph.outputs.map(inspectedValue),
    nodes: nodes.length,
    functions: model.functions.length,
    parameters: parameterCount(model),
    macs: null,
    bytesByType: bytesByType(model),
    layers: layersByType(model),
    problems,
  };
}

/** Bytes of the tensors that lie in other files. */
export function externalBytes(model: Model): number {
  let sum = 0;
  for (const tensor of modelTensors(model)) if (tensor.storage.external) sum += tensor.byteLength;
  return sum;
}

function inspectedValue(info: ValueInfo): InspectedValue {
  const type = tensorType(info);
  return { name: info.name, dtype: type?.dtype ?? null, shape: type?.shape ?? null };
}

function bytesByType(model: Model): Record<string, number> {
  const bytes = new Map<string, number>();
  for (const tensor of modelTensors(model)) {
    bytes.set(tensor.dtype, (bytes.get(tensor.dtype) ?? 0) + tensor.byteLength);
  }
  return Object.fromEntries([...bytes].sort((a, b) => b[1] - a[1]));
}

function layersByType(model: Model): InspectedLayers[] {
  const bytes = layerBytes(model);
  const types = new Map<string, { count: number; bytes: number }>();
  for (const { node } of model.graph.walk()) {
    const entry = types.get(node.opType) ?? { count: 0, bytes: 0 };
    entry.count += 1;
    entry.bytes += bytes.get(node.label) ?? 0;
    types.set(node.opType, entry);
  }
  return [...types]
    .map(([opType, entry]) => ({ opType, ...entry, parameters: 0, macs: null }))
    .sort((a, b) => b.bytes - a.bytes || b.count - a.count);
}
