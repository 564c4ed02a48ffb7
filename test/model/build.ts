/** Short ways to make models by hand, for tests. */

import type { Attribute } from '../../server/engine/model/attribute.ts';
import { Graph } from '../../server/engine/model/graph.ts';
import { Model } from '../../server/engine/model/model.ts';
import { Node, type NodeFields } from '../../server/engine/model/node.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import { tensorInfo, type Dim, type ValueInfo } from '../../server/engine/model/types.ts';
import type { DataType } from '../../server/engine/tensor/dtype.ts';

export interface GraphParts {
  /** float32 inputs of these shapes, or whole value infos. */
  readonly inputs?: Readonly<Record<string, readonly Dim[] | undefined>> | readonly ValueInfo[];
  readonly constants?: readonly Tensor[];
  readonly nodes: readonly Node[];
  /** Names, without types; or whole value infos. */
  readonly outputs?: readonly (string | ValueInfo)[];
}

export function graphOf({ inputs = {}, constants = [], nodes, outputs = [] }: GraphParts): Graph {
  const graph = new Graph();
  graph.inputs = Array.isArray(inputs)
    ? [...(inputs as readonly ValueInfo[])]
    : Object.entries(inputs).map(([name, shape]) => tensorInfo(name, 'float32', shape as readonly Dim[] | undefined));
  graph.initializers = new Map(constants.map((tensor) => [tensor.name, tensor]));
  graph.nodes = [...nodes];
  graph.outputs = outputs.map((output) => (typeof output === 'string' ? { name: output } : output));
  return graph;
}

export interface ModelParts extends GraphParts {
  /** 17 by default. */
  readonly opset?: number;
  /** Other domains, in version 1. */
  readonly domains?: readonly string[];
}

export function modelOf(parts: ModelParts): Model {
  const model = new Model();
  model.opsetImports.set('', parts.opset ?? 17);
  for (const domain of parts.domains ?? []) model.opsetImports.set(domain, 1);
  model.graph = graphOf(parts);
  return model;
}

/** `node('Add', 'a, b', 'c')`; names are separated by commas, an empty one leaves an input out. */
export function node(
  opType: string,
  inputs: string,
  outputs: string,
  attributes: Record<string, Attribute> = {},
  more: Partial<NodeFields> = {},
): Node {
  const names = (list: string): string[] => (list === '' ? [] : list.split(',').map((name) => name.trim()));
  return new Node({ opType, inputs: names(inputs), outputs: names(outputs), attributes, ...more });
}

/** An int64 vector. */
export function ints(name: string, ...values: readonly number[]): Tensor {
  return Tensor.from(name, 'int64', [values.length], values);
}

/** A scalar, int64 by default. */
export function scalar(name: string, value: number, dtype: DataType = 'int64'): Tensor {
  return Tensor.from(name, dtype, [], [value]);
}

/** Zeros. */
export function zeros(name: string, dims: readonly number[], dtype: DataType = 'float32'): Tensor {
  return Tensor.from(name, dtype, dims, new Array<number>(dims.reduce((x, y) => x * y, 1)).fill(0));
}
