/** What the rules of single operators see and do while a node is lifted from one opset to the next. */

import { LatheError } from '../../errors.ts';
import type { Attribute } from '../../model/attribute.ts';
import type { Node, NodeFields } from '../../model/node.ts';
import { Tensor } from '../../model/tensor.ts';
import type { Dim } from '../../model/types.ts';
import type { DataType } from '../../tensor/dtype.ts';

/** What a scope of nodes (a graph, a subgraph, the body of a function) offers to the rules. */
export interface LiftScope {
  /** A value name that is not taken, reserved from now on. */
  uniqueName(base: string): string;
  /** Makes `tensor` a constant of the scope and returns its name. */
  addConstant(tensor: Tensor): string;
  /** The numbers of a value, when it is a constant. */
  constant(value: string): Tensor | undefined;
  /** Whether any node reads the value or a graph returns it. */
  isRead(value: string): boolean;
  dtype(value: string): DataType | undefined;
  /** Undefined when even the rank is unknown. */
  shape(value: string): readonly Dim[] | undefined;
}

/**
 * Changes one node (in place) so that it means in opset `version` what it meant in the one before, or throws
 * `UNSUPPORTED` by `lift.refuse`.
 */
export type LiftStep = (lift: NodeLift) => void;

/** The steps of one operator, by the opset that changed it. */
export type LiftSteps = Readonly<Record<number, LiftStep>>;

export class NodeLift {
  readonly node: Node;
  readonly scope: LiftScope;
  /** Opset in which nodes made by the current step are written. */
  readonly version: number;
  /** Nodes that the step made, to stand before and after the lifted one. */
  readonly before: NodeFields[] = [];
  readonly after: NodeFields[] = [];

  constructor(node: Node, scope: LiftScope, version: number) {
    this.node = node;
    this.scope = scope;
    this.version = version;
  }

  /** Gives up: the model stays as it is. */
  refuse(reason: string): never {
    const { opType, label } = this.node;
    throw new LatheError(
      'UNSUPPORTED',
      `Node "${label}" (${opType}) cannot be written in opset ${this.version}: ${reason}.`,
      { at: { node: label }, fix: 'Export the model again with a newer opset.' },
    );
  }

  /** Takes an attribute off the node; undefined when it has none. */
  take<T extends Attribute['type']>(name: string, type: T): Extract<Attribute, { type: T }> | undefined {
    const attribute = this.node.attributes.get(name);
    if (!attribute) return undefined;
    if (attribute.type === 'reference') this.refuse(`its attribute "${name}" comes from the caller of a function`);
    if (attribute.type !== type) this.refuse(`its attribute "${name}" has type ${attribute.type}, not ${type}`);
    this.node.attributes.delete(name);
    return attribute as Extract<Attribute, { type: T }>;
  }

  takeInt(name: string): number | undefined {
    const attribute = this.take(name, 'int');
    return attribute && Number(attribute.value);
  }

  takeFloat(name: string): number | undefined {
    return this.take(name, 'float')?.value;
  }

  /** Takes a list of integers off the node and returns it as a constant: what most attributes became. */
  takeIntsAsInput(name: string): string | undefined {
    const attribute = this.take(name, 'ints');
    return attribute && this.int64s(name, attribute.value);
  }

  set(name: string, attribute: Attribute): void {
    this.node.attributes.set(name, attribute);
  }

  /** Puts `value` at input `index`, with empty places before it where there were none. */
  setInput(index: number, value: string): void {
    while (this.node.inputs.length < index) this.node.inputs.push('');
    this.node.inputs[index] = value;
  }

  /** Drops the outputs after the first; gives up for `reason` when somebody reads one. */
  keepFirstOutput(reason: string): void {
    const [first, ...others] = this.node.outputs;
    if (others.some((output) => this.scope.isRead(output))) this.refuse(reason);
    this.node.outputs = [first!];
  }

  /** A one-dimensional int64 constant named after the node and `role`. */
  int64s(role: string, values: readonly bigint[]): string {
    const tensor = Tensor.fromBytes(this.nameFor(role), 'int64', [values.length], BigInt64Array.from(values));
    return this.scope.addConstant(tensor);
  }

  scalarInt64(role: string, value: number): string {
    return this.scope.addConstant(Tensor.fromBytes(this.nameFor(role), 'int64', [], BigInt64Array.of(BigInt(value))));
  }

  numbers(role: string, dtype: DataType, dims: readonly number[], values: readonly number[]): string {
    return this.scope.addConstant(Tensor.from(this.nameFor(role), dtype, dims, values));
  }

  /** A name made from the node's and what the value is for. */
  nameFor(role: string): string {
    const { name, outputs, opType } = this.node;
    return `${[name, ...outputs].find(Boolean) ?? opType}_${role}`;
  }

  /** A value name made from the node's and `role`, not taken yet. */
  freshName(role: string): string {
    return this.scope.uniqueName(this.nameFor(role));
  }

  /** Adds a node before this one and returns its only output. */
  prepend(opType: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
    const output = this.freshName(opType.toLowerCase());
    this.before.push({ opType, name: output, inputs, outputs: [output], attributes });
    return output;
  }

  /** Gives the node's first output another name, and returns that and the old one, which an appended node must make. */
  redirectOutput(): { readonly inner: string; readonly result: string } {
    const result = this.node.outputs[0]!;
    const inner = this.freshName(this.node.opType.toLowerCase());
    this.node.outputs[0] = inner;
    return { inner, result };
  }

  /** Adds a node after this one. */
  append(
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: Record<string, Attribute> = {},
  ): void {
    this.after.push({ opType, name: this.nameFor(opType.toLowerCase()), inputs, outputs: [output], attributes });
  }
}
