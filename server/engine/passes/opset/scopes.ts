/** Scopes in which nodes are lifted: graphs, whose constants are initializers, and bodies of functions. */

import { attr } from '../../model/attribute.ts';
import { constantNodeTensor } from '../../model/constants.ts';
import type { Graph } from '../../model/graph.ts';
import { Node } from '../../model/node.ts';
import type { InferredTypes } from '../../model/shapes/infer.ts';
import type { Tensor } from '../../model/tensor.ts';
import type { Dim } from '../../model/types.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import type { DataType } from '../../tensor/dtype.ts';
import type { LiftScope } from './node-lift.ts';

/** Value names of a whole model or function body; all its scopes share them. */
export class ValueNames {
  private readonly taken = new UniqueNames();
  private readonly read = new Set<string>();

  addGraph(graph: Graph): void {
    for (const { name } of graph.inputs) this.taken.add(name);
    for (const name of [...graph.initializers.keys(), ...graph.sparseInitializers.keys()]) this.taken.add(name);
    this.addReads(graph.outputs.map((output) => output.name));
    this.addNodes(graph.nodes);
  }

  addNodes(nodes: readonly Node[]): void {
    for (const node of nodes) {
      this.addReads(node.inputs);
      for (const output of node.outputs) this.taken.add(output);
      for (const subgraph of node.subgraphs()) this.addGraph(subgraph);
    }
  }

  addReads(names: readonly string[]): void {
    for (const name of names) {
      this.taken.add(name);
      this.read.add(name);
    }
  }

  /** Whether anything reads a value of this name, in whatever scope. */
  isRead(name: string): boolean {
    return name !== '' && this.read.has(name);
  }

  /** `base`, or `base_1`, `base_2`, … where it is taken; reserved from now on. */
  unique(base: string): string {
    return this.taken.claim(base);
  }
}

export abstract class Scope implements LiftScope {
  private readonly names: ValueNames;
  private readonly parent: Scope | undefined;
  private readonly types: InferredTypes | undefined;
  /** Undefined entries are local values that are not constant: they hide outer constants of the same name. */
  private readonly constants = new Map<string, Tensor | undefined>();

  constructor(names: ValueNames, types?: InferredTypes, parent?: Scope) {
    this.names = names;
    this.types = types;
    this.parent = parent;
  }

  abstract addConstant(tensor: Tensor): string;

  protected define(value: string, tensor?: Tensor): void {
    this.constants.set(value, tensor);
  }

  protected defineOutputs(nodes: readonly Node[]): void {
    for (const node of nodes) {
      const tensor = constantNodeTensor(node);
      for (const output of node.outputs) if (output) this.define(output, tensor);
    }
  }

  uniqueName(base: string): string {
    return this.names.unique(base);
  }

  isRead(value: string): boolean {
    return this.names.isRead(value);
  }

  constant(value: string): Tensor | undefined {
    return this.constants.has(value) ? this.constants.get(value) : this.parent?.constant(value);
  }

  dtype(value: string): DataType | undefined {
    const dtype = this.constant(value)?.dtype ?? this.types?.tensor(value)?.dtype;
    return dtype === 'undefined' ? undefined : dtype;
  }

  shape(value: string): readonly Dim[] | undefined {
    return this.constant(value)?.dims ?? this.types?.tensor(value)?.shape;
  }
}

/** A graph whose initializers are constants: the model's IR version is 4 or higher by now. */
export class GraphScope extends Scope {
  private readonly graph: Graph;

  constructor(graph: Graph, names: ValueNames, types?: InferredTypes, parent?: Scope) {
    super(names, types, parent);
    this.graph = graph;
    for (const [name, tensor] of graph.initializers) this.define(name, tensor);
    // An initializer that is an input as well is a default, which callers may override.
    for (const { name } of graph.inputs) this.define(name);
    this.defineOutputs(graph.nodes);
  }

  addConstant(tensor: Tensor): string {
    const name = this.uniqueName(tensor.name);
    this.graph.initializers.set(name, tensor.withName(name));
    this.define(name, tensor);
    return name;
  }
}

/** The body of a function, which has no initializers: its constants are nodes. */
export class FunctionScope extends Scope {
  /** The nodes of the constants added so far, to stand before all others. */
  readonly added: Node[] = [];

  constructor(inputs: readonly string[], nodes: readonly Node[], names: ValueNames) {
    super(names);
    for (const name of inputs) this.define(name);
    this.defineOutputs(nodes);
  }

  addConstant(tensor: Tensor): string {
    const name = this.uniqueName(tensor.name);
    const attributes = { value: attr.tensor(tensor) };
    this.added.push(new Node({ opType: 'Constant', inputs: [], outputs: [name], attributes }));
    this.define(name, tensor);
    return name;
  }
}
