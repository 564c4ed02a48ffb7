/**
 * Constants wherever they live. A value is constant when it is an initializer that no caller can override, or the
 * output of a `Constant` node; a sparse initializer is shown with its zeros. IR 3 files list every initializer as a
 * graph input as well: those count as constants (nobody overrides weights), while from IR 4 on an initializer that is
 * also an input is a default that a caller may replace (ONNX IR specification, "Graphs"), and is left alone.
 */

import { denseTensor } from './sparse-tensor.ts';
import { Tensor } from './tensor.ts';
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node } from './node.ts';

/** Where a constant is: passes that replace one need to know. */
export type ConstantPlace =
  | { readonly kind: 'initializer'; readonly graph: Graph; readonly tensor: Tensor }
  | { readonly kind: 'node'; readonly graph: Graph; readonly tensor: Tensor; readonly node: Node };

/** The tensor that a `Constant` node gives, whichever attribute has it; undefined for sparse tensors and text. */
export function constantNodeTensor(node: Node): Tensor | undefined {
  if (!node.is('Constant')) return undefined;
  const name = node.outputs[0] ?? '';
  for (const [key, attribute] of node.attributes) {
    if (key === 'value' && attribute.type === 'tensor') return attribute.value;
    if (key === 'value_float' && attribute.type === 'float') return Tensor.from(name, 'float32', [], [attribute.value]);
    if (key === 'value_floats' && attribute.type === 'floats') {
      return Tensor.from(name, 'float32', [attribute.value.length], attribute.value);
    }
    if (key === 'value_int' && attribute.type === 'int') {
      return Tensor.fromBytes(name, 'int64', [], BigInt64Array.of(attribute.value));
    }
    if (key === 'value_ints' && attribute.type === 'ints') {
      return Tensor.fromBytes(name, 'int64', [attribute.value.length], BigInt64Array.from(attribute.value));
    }
  }
  return undefined;
}

/** Constants of one scope, with those of the scopes around it. */
export class Constants {
  private readonly graph: Graph;
  private readonly places = new Map<string, ConstantPlace>();

  /** @param outer constants visible from the graph around this one; shadowed by this graph's own names */
  constructor(graph: Graph, irVersion: number, outer?: Constants) {
    this.graph = graph;
    if (outer) for (const [name, place] of outer.places) this.places.set(name, place);
    const inputs = new Set(graph.inputs.map((i) => i.name));
    for (const name of inputs) this.forget(name);
    const overridable = irVersion >= 4;
    for (const [name, sparse] of graph.sparseInitializers) {
      const tensor = overridable && inputs.has(name) ? undefined : denseTensor(sparse);
      if (tensor) this.addInitializer(name, tensor);
      else this.forget(name);
    }
    for (const [name, tensor] of graph.initializers) {
      if (!(overridable && inputs.has(name))) this.addInitializer(name, tensor);
    }
    for (const node of graph.nodes) this.addNode(node);
  }

  static of(model: Model): Constants {
    return new Constants(model.graph, model.irVersion);
  }

  place(value: string | undefined): ConstantPlace | undefined {
    return value ? this.places.get(value) : undefined;
  }

  tensor(value: string | undefined): Tensor | undefined {
    return this.place(value)?.tensor;
  }

  has(value: string | undefined): boolean {
    return this.place(value) !== undefined;
  }

  // Edits: what `GraphEditor` calls as it changes the graph.

  /** The graph has the initializer `name` now, which no caller can override. */
  addInitializer(name: string, tensor: Tensor): void {
    this.places.set(name, { kind: 'initializer', graph: this.graph, tensor });
  }

  /** The graph has `node` now. */
  addNode(node: Node): void {
    const tensor = constantNodeTensor(node);
    if (tensor) this.places.set(node.outputs[0]!, { kind: 'node', graph: this.graph, tensor, node });
    else for (const output of node.outputs) this.forget(output);
  }

  /** `value` is no constant of the graph any more. */
  forget(value: string): void {
    this.places.delete(value);
  }
}
