/** What is in a model file, from its structure alone: weights are not read. */

import { statSync } from 'node:fs';
import { summarize, type LayerSummary, type ValueSummary } from '../analysis/cost.ts';
import { checkExternalData } from '../formats/onnx/external-data.ts';
import { modelTensors } from '../formats/onnx/model-tensors.ts';
import { readModel } from '../formats/onnx/read.ts';
import type { Model } from '../model/model.ts';
import type { Dim } from '../model/types.ts';
import { validateModel, type Problem } from '../model/validate.ts';

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
  /** Multiply-adds of one run; null where shapes do not tell. */
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
  /** Multiply-adds of one run, with a batch of one where it is open; null where shapes do not tell. */
  readonly macs: number | null;
  /** Bytes of everything computed in one run; null where shapes do not tell. */
  readonly activationBytes: number | null;
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
  const summary = summarize(model);
  return {
    path,
    format: 'onnx',
    sizeBytes: statSync(path).size + externalBytes(model),
    irVersion: summary.irVersion,
    opset: summary.opset,
    opsets: summary.opsets,
    producer: summary.producer ?? null,
    inputs: summary.inputs.map(inspectedValue),
    outputs: summary.outputs.map(inspectedValue),
    nodes: Object.values(summary.nodes).reduce((sum, count) => sum + count, 0),
    functions: model.functions.length,
    parameters: summary.parameters,
    macs: summary.macs ?? null,
    activationBytes: summary.activationBytes ?? null,
    bytesByType: summary.weightBytes,
    layers: layersByType(summary.layers),
    problems,
  };
}

/** Bytes of the tensors that lie in other files. */
export function externalBytes(model: Model): number {
  let sum = 0;
  for (const tensor of modelTensors(model)) if (tensor.storage.external) sum += tensor.byteLength;
  return sum;
}

function inspectedValue({ name, dtype, shape }: ValueSummary): InspectedValue {
  return { name, dtype: dtype ?? null, shape: shape ?? null };
}

function layersByType(layers: readonly LayerSummary[]): InspectedLayers[] {
  const types = new Map<string, { count: number; parameters: number; bytes: number; macs: number | null }>();
  for (const { opType, parameters, weightBytes, macs } of layers) {
    const entry = types.get(opType) ?? { count: 0, parameters: 0, bytes: 0, macs: 0 };
    entry.count += 1;
    entry.parameters += parameters;
    entry.bytes += weightBytes;
    entry.macs = macs === undefined || entry.macs === null ? null : entry.macs + macs;
    types.set(opType, entry);
  }
  return [...types]
    .map(([opType, entry]) => ({ opType, ...entry }))
    .sort((a, b) => b.bytes - a.bytes || b.count - a.count);
}
