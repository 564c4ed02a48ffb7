/** One operation of a graph: ONNX's `NodeProto`. */

import { LatheError } from '../errors.ts';
import { attributeGraphs, type Attribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import type { Tensor } from './tensor.ts';

export interface NodeFields {
  name?: string;
  opType: string;
  /** '' (or the alias 'ai.onnx') is the standard operator set. */
  domain?: string;
  overload?: string;
  /** Value names; '' marks an optional input that is left out. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Iterable<readonly [string, Attribute]> | Record<string, Attribute>;
  docString?: string;
  metadata?: ReadonlyMap<string, string>;
  unknown?: readonly Uint8Array[];
}

export class Node {
  name: string;
  opType: string;
  domain: string;
  overload: string;
  inputs: string[];
  outputs: string[];
  attributes: Map<string, Attribute>;
  docString: string | undefined;
  metadata: ReadonlyMap<string, string> | undefined;
  unknown: readonly Uint8Array[] | undefined;

  constructor(fields: NodeFields) {
    this.name = fields.name ?? '';
    this.opType = fields.opType;
    this.domain = fields.domain ?? '';
    this.overload = fields.overload ?? '';
    this.inputs = [...fields.inputs];
    this.outputs = [...fields.outputs];
    const attributes = fields.attributes ?? [];
    this.attributes = new Map(Symbol.iterator in attributes ? attributes : Object.entries(attributes));
    this.docString = fields.docString;
    this.metadata = fields.metadata;
    this.unknown = fields.unknown;
  }

  /** `true` for an operator of the standard set named `opType` (one of several). */
  is(...opTypes: readonly string[]): boolean {
    return (this.domain === '' || this.domain === 'ai.onnx') && opTypes.includes(this.opType);
  }

  /** What to call the node in a message: its name, or its operator and first output when it has none. */
  get label(): string {
    return this.name || `${this.opType}(${this.outputs[0] ?? ''})`;
  }

  /** Input `index`, or undefined when it is absent or left out. */
  input(index: number): string | undefined {
    const name = this.inputs[index];
    return name === '' ? undefined : name;
  }

  /** Integer attribute `name`, or `fallback` when absent. */
  int(name: string, fallback: number): number;
  int(name: string): number | undefined;
  int(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    if (!attribute) return fallback;
    return Number(this.expect(name, attribute, 'int').value);
  }

  ints(name: string): number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute && this.expect(name, attribute, 'ints').value.map(Number);
  }

  float(name: string, fallback: number): number;
  float(name: string): number | undefined;
  float(name: string, fallback?: number): number | undefined {
    const attribute = this.attributes.get(name);
    if (!attribute) return fallback;
    return this.expect(name, attribute, 'float').value;
  }

  floats(name: string): readonly number[] | undefined {
    const attribute = this.attributes.get(name);
    return attribute && this.expect(name, attribute, 'floats').value;
  }

  string(name: string, fallback: string): string;
  string(name: string): string | undefined;
  string(name: string, fallback?: string): string | undefined {
    const attribute = this.attributes.get(name);
    if (!attribute) return fallback;
    const { value } = this.expect(name, attribute, 'string');
    return typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  }

  tensor(name: string): Tensor | undefined {
    const attribute = this.attributes.get(name);
    return attribute && this.expect(name, attribute, 'tensor').value;
  }

  /** Every subgraph in the attributes (branches of If, bodies of Loop and Scan). */
  subgraphs(): Graph[] {
    const graphs: Graph[] = [];
    for (const attribute of this.attributes.values()) graphs.push(...attributeGraphs(attribute));
    return graphs;
  }

  /** A copy whose lists may be edited; subgraphs are copied too, tensors are shared (they are immutable). */
  clone(): Node {
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of this.attributes) {
      if (attribute.type === 'graph') attributes.set(name, { ...attribute, value: attribute.value.clone() });
      else if (attribute.type === 'graphs') {
        attributes.set(name, { ...attribute, value: attribute.value.map((g) => g.clone()) });
      } else attributes.set(name, attribute);
    }
    const copy = new Node({ opType: this.opType, inputs: this.inputs, outputs: this.outputs, attributes });
    copy.name = this.name;
    copy.domain = this.domain;
    copy.overload = this.overload;
    copy.docString = this.docString;
    copy.metadata = this.metadata;
    copy.unknown = this.unknown;
    return copy;
  }

  private expect<T extends Attribute['type']>(
    name: string,
    attribute: Attribute,
    type: T,
  ): Extract<Attribute, { type: T }> {
    if (attribute.type !== type) {
      throw new LatheError(
        'MODEL_INVALID',
        `Attribute "${name}" of node "${this.label}" (${this.opType}) has type ${attribute.type}, not ${type}.`,
        { at: { node: this.label } },
      );
    }
    return attribute as Extract<Attribute, { type: T }>;
  }
}
