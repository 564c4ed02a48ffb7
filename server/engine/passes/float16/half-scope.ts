/**
 * The values of one graph while it is converted: which are float32, which are made in half precision, and under which
 * name each form of a value can be read. A scope sees the scopes around its graph.
 */

import { attr } from '../../model/attribute.ts';
import { Constants } from '../../model/constants.ts';
import type { Graph } from '../../model/graph.ts';
import { Node } from '../../model/node.ts';
import type { InferredTypes } from '../../model/shapes/infer.ts';
import type { Tensor } from '../../model/tensor.ts';
import { dataTypeCode, type DataType } from '../../tensor/dtype.ts';
import type { HalfType } from './half-operators.ts';

export type Form = 'half' | 'float';

/** What all scopes of a model share. */
export interface HalfNames {
  readonly type: HalfType;
  /** A value name that is not taken yet. */
  unique(base: string): string;
}

export class HalfScope {
  readonly graph: Graph;
  readonly parent: HalfScope | undefined;
  /** Whether inputs and outputs of this graph change their type. */
  readonly halfPorts: boolean;
  /** Nodes that convert between the two forms of a value. */
  readonly casts: Node[] = [];
  private readonly names: HalfNames;
  private readonly types: InferredTypes | undefined;
  private readonly locals = new Set<string>();
  private readonly outputs: ReadonlySet<string>;
  private readonly constants: Constants;
  private readonly producers = new Map<string, Node>();
  private readonly nativeHalf = new Set<string>();
  private readonly constantReads = new Map<string, Set<Form>>();
  private readonly forms = new Map<string, Partial<Record<Form, string>>>();

  constructor(graph: Graph, names: HalfNames, types?: InferredTypes, parent?: HalfScope, halfPorts = false) {
    this.graph = graph;
    this.names = names;
    this.types = types;
    this.parent = parent;
    this.halfPorts = halfPorts;
    this.outputs = new Set(graph.outputs.map((output) => output.name));
    // Constants stand under the rules of IR 4: the model was raised to it.
    this.constants = new Constants(graph, 4);
    for (const { name } of graph.inputs) this.locals.add(name);
    for (const name of [...graph.initializers.keys(), ...graph.sparseInitializers.keys()]) this.locals.add(name);
    for (const node of graph.nodes) {
      for (const output of node.outputs) {
        this.locals.add(output);
        this.producers.set(output, node);
      }
    }
    if (halfPorts) for (const { name } of graph.feeds()) if (this.isFloat(name)) this.nativeHalf.add(name);
  }

  private owner(value: string): HalfScope | undefined {
    return this.locals.has(value) ? this : this.parent?.owner(value);
  }

  private dtype(value: string): DataType | undefined {
    const dtype = this.constant(value)?.dtype ?? this.types?.tensor(value)?.dtype;
    return dtype === 'undefined' ? undefined : dtype;
  }

  constant(value: string): Tensor | undefined {
    return this.owner(value)?.constants.tensor(value);
  }

  isConstant(value: string): boolean {
    return this.constant(value) !== undefined;
  }

  isFloat(value: string): boolean {
    return value !== '' && this.dtype(value) === 'float32';
  }

  /** Whether a node of this graph makes the value. */
  isMade(value: string): boolean {
    return this.producers.has(value);
  }

  isTyped(value: string): boolean {
    return this.dtype(value) !== undefined;
  }

  isOutput(value: string): boolean {
    return this.owner(value)?.outputs.has(value) ?? false;
  }

  isNativeHalf(value: string): boolean {
    return this.owner(value)?.nativeHalf.has(value) ?? false;
  }

  /** Says that the node of this graph that makes `value` makes it in half precision. */
  setNativeHalf(value: string): void {
    this.nativeHalf.add(value);
  }

  /** The name under which a float value can be read in a form; a conversion is added where there is none yet. */
  form(value: string, form: Form): string {
    const owner = this.owner(value);
    if (!owner) return value;
    const forms = owner.forms.get(value) ?? {};
    owner.forms.set(value, forms);
    return (forms[form] ??= owner.make(value, form));
  }

  /** The form in which the value is made. */
  nativeForm(value: string): Form {
    return this.isNativeHalf(value) ? 'half' : 'float';
  }

  /** Enters that a constant is read in a form, before anything is rewritten. */
  countRead(value: string, form: Form): void {
    const owner = this.owner(value);
    if (!owner?.graph.initializers.has(value) || !this.isConstant(value)) return;
    owner.constantReads.set(value, (owner.constantReads.get(value) ?? new Set()).add(form));
  }

  /** Constants of this graph that are only read in half precision: they can be stored so. */
  halfConstants(): string[] {
    const reads = [...this.constantReads].filter(([name, forms]) => !forms.has('float') && !this.outputs.has(name));
    return reads.map(([name]) => name);
  }

  /** Values that the nodes of this graph make in half precision, under their own names. */
  halfValues(): string[] {
    return [...this.nativeHalf].filter((value) => this.ownName(value, 'half') === value);
  }

  private make(value: string, form: Form): string {
    const source = form === 'half' ? this.sourceOfCast(value) : undefined;
    if (source !== undefined && this.dtype(source) === this.names.type && !this.outputs.has(value)) return source;
    const own = this.ownName(value, form);
    if ((form === 'half') === this.nativeHalf.has(value)) return own;
    const to = form === 'half' ? this.names.type : 'float32';
    this.casts.push(new Node({
      opType: 'Cast',
      name: `${value}_to_${to}`,
      inputs: [source ?? this.form(value, form === 'half' ? 'float' : 'half')],
      outputs: [own],
      attributes: { to: attr.int(dataTypeCode(to)) },
    }));
    return own;
  }

  /** The form that keeps the name: what leaves the graph does; else what the value is made as. */
  private ownName(value: string, form: Form): string {
    const named = this.outputs.has(value) ? this.halfPorts : this.nativeHalf.has(value);
    if ((form === 'half') === named) return value;
    return this.names.unique(`${value}_${form === 'half' ? this.names.type : 'float32'}`);
  }

  /** What the conversion that makes `value` reads, when that is no float32: it can be converted to half at once. */
  private sourceOfCast(value: string): string | undefined {
    const producer = this.producers.get(value);
    const source = producer?.is('Cast') ? producer.input(0) : undefined;
    return source !== undefined && !this.isFloat(source) && this.isTyped(source) ? source : undefined;
  }
}
