/**
 * Constants wherever they live. A value is constant when it is an initializer that no caller can override, or the
 * output of a `Constant` node. IR 3 files list every initializer as a graph input as well: those count as constants
 * (nobody overrides weights), while from IR 4 on an initializer that is also an input is a default that a caller may
 * replace (ONNX IR specification, "Graphs"), and is left alone.
 */

import { Tensor } from './tensor.ts';
import type { Graph } from './graph.ts';
import type { Model } from './model.ts';
import type { Node } from './node.ts';

/** Where a constant is: passes that replace one need to know. */
export type ConstantPlace =
  | { readonly kind: 'initializer'; readonly graph: Graph; readonly tensor: Tensor }
  | { readonly kind: 'node'; readonly graph: Graph; readonly tensor: Tensor; readonly node: Node };

/** The tensor that a `Constant` node gives, whichever of its attribute forms it uses; undefined for sparse ones. */
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
  private readonly places = new Map<string, ConstantPlace>();
  private readonly overridable: boolean;

  /** @param outer constants visible from the graph around this one; shadowed by this graph's own names */
  constructor(graph: Graph, irVersion: number, outer?: Constants) {
    this.overridable = irVersion >= 4;
    if (outer) for (const [name, place] of outer.places) this.places.set(name, place);
    const inputs = new Set(graph.inputs.map((i) => i.name));
    for (const name of inputs) this.places.delete(name);
    for (const [name, tensor] of graph.initializers) {
      if (this.overridable && inputs.has(name)) continue;
      this.places.set(name, { kind: 'initializer', graph, tensor });
    }
    for (const node of graph.nodes) {
      const tensor = constantNodeTensor(node);
      if (tensor) this.places.set(node.outputs[0]!, { kind: 'node', graph, tensor, node });
      else for (const output of node.outputs) if (output) this.places.delete(output);
    }
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
}
