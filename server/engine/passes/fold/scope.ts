/**
 * A graph and its subgraphs while they are folded: producers, uses and constants, kept up to date edit by edit, so that
 * thousands of small edits of a large graph stay cheap. A scope sees the scopes around its graph.
 */

import type { Attribute } from '../../model/attribute.ts';
import { Constants } from '../../model/constants.ts';
import { removeDead } from '../../model/dead-code.ts';
import type { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import { Node, type NodeFields } from '../../model/node.ts';
import type { InferredTypes } from '../../model/shapes/infer.ts';
import type { Elements } from '../../model/shapes/known.ts';
import type { Tensor } from '../../model/tensor.ts';
import { topologicalOrder } from '../../model/toposort.ts';
import type { Dim } from '../../model/types.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import type { DataType } from '../../tensor/dtype.ts';
import { Links, type Place } from './links.ts';
import type { FoldReport } from './report.ts';

/** One use of a value, in the graph of `scope`. */
export interface Use extends Place {
  readonly scope: FoldScope;
}

/** What all scopes of a model share. */
interface Shared {
  readonly opset: number;
  readonly irVersion: number;
  readonly report: FoldReport;
  readonly values: UniqueNames;
  readonly nodes: UniqueNames;
}

export class FoldScope {
  readonly graph: Graph;
  readonly parent: FoldScope | undefined;
  private readonly shared: Shared;
  private readonly links = new Links<Use>();
  /** Names that this graph defines. */
  private readonly locals = new Set<string>();
  private readonly constants = new Map<string, Tensor>();
  /** Values whose numbers are known although a node makes them: too large to be worth a constant. */
  private readonly computed = new Map<string, Tensor>();
  /** Values that leave the graph, or that a subgraph returns as they are. */
  private readonly outputs = new Set<string>();
  private readonly children = new Map<Node, FoldScope[]>();
  private readonly removed = new Set<Node>();
  private types: InferredTypes | undefined;

  private constructor(graph: Graph, shared: Shared, parent?: FoldScope) {
    this.graph = graph;
    this.shared = shared;
    this.parent = parent;
    const constants = new Constants(graph, shared.irVersion);
    for (const name of graph.initializers.keys()) {
      const tensor = constants.tensor(name);
      if (tensor) this.constants.set(name, tensor);
      this.declare(name);
    }
    for (const name of graph.sparseInitializers.keys()) this.declare(name);
    for (const { name } of graph.inputs) this.declare(name);
    for (const node of graph.nodes) for (const output of node.outputs) this.declare(output);
    for (const node of graph.nodes) {
      shared.report.name(node);
      this.enter(node);
      const inner = node.subgraphs().map((subgraph) => new FoldScope(subgraph, shared, this));
      if (inner.length > 0) this.children.set(node, inner);
    }
    for (const { name } of graph.outputs) this.owner(name)?.outputs.add(name);
  }

  /** The main graph of `model`, which is edited in place from now on. */
  static of(model: Model, report: FoldReport): FoldScope {
    const { opset, irVersion } = model;
    const names = { values: new UniqueNames(), nodes: new UniqueNames() };
    return new FoldScope(model.graph, { opset, irVersion, report, ...names });
  }

  get opset(): number {
    return this.shared.opset;
  }

  get report(): FoldReport {
    return this.shared.report;
  }

  /** The scope and all scopes inside it, outer ones first. */
  *all(): Generator<FoldScope> {
    yield this;
    for (const scopes of this.children.values()) for (const scope of scopes) yield* scope.all();
  }

  /** Takes over what inference found. */
  setTypes(types: InferredTypes | undefined): void {
    this.types = types;
    for (const scopes of this.children.values()) {
      for (const scope of scopes) scope.setTypes(types?.forGraph(scope.graph));
    }
  }

  private declare(name: string): void {
    if (!name) return;
    this.locals.add(name);
    this.shared.values.add(name);
  }

  private enter(node: Node): void {
    if (node.name) this.shared.nodes.add(node.name);
    for (const use of this.links.enter(node, (index) => ({ node, index, scope: this }))) {
      this.addUse(node.inputs[use.index]!, use);
    }
  }

  private addUse(value: string, use: Use): void {
    if (value) this.owner(value)?.links.addUse(value, use);
  }

  /** The scope that defines `value` as seen from here. */
  private owner(value: string): FoldScope | undefined {
    return this.locals.has(value) ? this : this.parent?.owner(value);
  }

  /** The tensor of a constant, here or in a scope around. */
  constant(value: string | undefined): Tensor | undefined {
    return value ? this.owner(value)?.constants.get(value) : undefined;
  }

  /** The constants that this graph defines. */
  ownConstants(): readonly (readonly [name: string, tensor: Tensor])[] {
    return [...this.constants];
  }

  /** The numbers of a value: of a constant, or of what follows from constants alone. */
  known(value: string | undefined): Tensor | undefined {
    const owner = value ? this.owner(value) : undefined;
    return owner?.constants.get(value!) ?? owner?.computed.get(value!);
  }

  /** Remembers the numbers of a value that stays where it is. */
  remember(value: string, tensor: Tensor): void {
    this.computed.set(value, tensor);
  }

  dtype(value: string | undefined): DataType | undefined {
    const dtype = this.known(value)?.dtype ?? (value ? this.types?.tensor(value)?.dtype : undefined);
    return dtype === 'undefined' ? undefined : dtype;
  }

  /** Undefined when not even the rank is known. */
  shape(value: string | undefined): readonly Dim[] | undefined {
    return this.known(value)?.dims ?? (value ? this.types?.tensor(value)?.shape : undefined);
  }

  /** Elements of a small value as inference knows them. */
  elements(value: string): Elements | undefined {
    return this.types?.elements(value);
  }

  /** The node of this graph that makes `value`. */
  producer(value: string | undefined): Node | undefined {
    return value ? this.links.producer(value) : undefined;
  }

  isHere(node: Node): boolean {
    return this.links.has(node);
  }

  /** Whether a value leaves the graph that defines it: it must keep its name and meaning. */
  isOutput(value: string): boolean {
    return this.owner(value)?.outputs.has(value) ?? false;
  }

  /** `true` when `node` is all that needs `value`, wherever it is defined. */
  isOnlyFor(value: string, node: Node): boolean {
    if (this.isOutput(value)) return false;
    for (const use of this.owner(value)?.links.uses(value) ?? []) if (use.node !== node) return false;
    return true;
  }

  /** The only use of a value of this graph, when it has one, in this graph, and does not leave it. */
  soleUse(value: string | undefined): Use | undefined {
    if (!value || this.isOutput(value)) return undefined;
    const uses = this.links.uses(value);
    if (uses.size !== 1) return undefined;
    const [use] = uses;
    return use?.scope === this ? use : undefined;
  }

  /** `true` when nobody needs a value of this graph. */
  isUnused(value: string): boolean {
    return value === '' || (!this.outputs.has(value) && this.links.uses(value).size === 0);
  }

  /** Adds a constant under a name made from the tensor's, and returns that. */
  addConstant(tensor: Tensor): string {
    const name = this.shared.values.claim(tensor.name);
    this.define(name, tensor);
    return name;
  }

  /** Makes `name` a constant of this graph, in place of the one that it had. */
  private define(name: string, tensor: Tensor): void {
    const named = tensor.withName(name);
    this.declare(name);
    this.constants.set(name, named);
    this.graph.initializers.set(name, named);
    this.graph.valueInfos.delete(name);
  }

  /** Makes input `index` of `node` the constant `tensor`, under the name of the constant that only it had there. */
  putConstant(node: Node, index: number, tensor: Tensor): void {
    const name = node.input(index);
    if (name !== undefined && this.constants.has(name) && this.isOnlyFor(name, node)) this.define(name, tensor);
    else this.setInput(node, index, this.addConstant(tensor));
  }

  /** Adds a node; it gets its place when the scope is closed. */
  add(fields: NodeFields): Node {
    const node = new Node({ ...fields, name: this.shared.nodes.claim(fields.name ?? fields.opType) });
    this.graph.nodes.push(node);
    for (const output of node.outputs) this.declare(output);
    this.enter(node);
    return node;
  }

  /** Makes input `index` of `node` read `value`. What nobody reads any more is removed. */
  setInput(node: Node, index: number, value: string): void {
    const uses = this.links.usesBySlot(node);
    while (uses.length <= index) {
      uses.push({ node, index: uses.length, scope: this });
      node.inputs.push('');
    }
    const old = node.inputs[index]!;
    if (old === value) return;
    node.inputs[index] = value;
    this.addUse(value, uses[index]!);
    this.dropUse(old, uses[index]!);
  }

  /** Cuts off the inputs of `node` from `count` on. */
  truncateInputs(node: Node, count: number): void {
    const uses = this.links.usesBySlot(node);
    while (node.inputs.length > count) this.dropUse(node.inputs.pop()!, uses.pop()!);
  }

  private dropUse(value: string, use: Use): void {
    const owner = value ? this.owner(value) : undefined;
    owner?.links.dropUse(value, use);
    owner?.removeIfDead(owner.producer(value));
  }

  /**
   * Makes all users of `from`, which this graph makes, read `to` instead, and removes what is dead then. When `from`
   * leaves the graph, the node that makes `to` makes `from` from now on. Returns `false`, with nothing changed, where
   * that cannot be: `to` leaves the graph itself, or is not made here.
   */
  replace(from: string, to: string): boolean {
    if (!this.canReplace(from, to)) return false;
    for (const use of [...this.links.uses(from)]) use.scope.setInput(use.node, use.index, to);
    const node = this.producer(from);
    if (this.outputs.has(from)) this.handOver(from, to, node!);
    this.removeIfDead(node);
    return true;
  }

  canReplace(from: string, to: string): boolean {
    const target = this.owner(to);
    if (!target || from === to) return false;
    for (const use of this.links.uses(from)) if (use.scope.owner(to) !== target) return false;
    if (!this.outputs.has(from)) return true;
    if (target !== this || this.isOutput(to)) return false;
    return this.producer(to) !== undefined && this.producer(from) !== undefined;
  }

  /** `from` leaves the graph: its name moves to the node that makes `to`. */
  private handOver(from: string, to: string, old: Node): void {
    old.outputs = old.outputs.map((output) => (output === from ? '' : output));
    const maker = this.producer(to)!;
    maker.outputs = maker.outputs.map((output) => (output === to ? from : output));
    this.links.setProducer(from, maker);
    this.links.setProducer(to, undefined);
    const tensor = this.computed.get(to);
    if (tensor) this.computed.set(from, tensor);
    for (const use of [...this.links.uses(to)]) use.scope.setInput(use.node, use.index, from);
    this.locals.delete(to);
    this.graph.valueInfos.delete(to);
  }

  /** Removes `node`, whose first output is the same as `value`; `false`, with nothing changed, where it must stay. */
  bypass(node: Node, value: string, reason: string): boolean {
    if (!this.replace(node.outputs[0]!, value)) return false;
    this.report.add(node, 'removed', reason);
    return true;
  }

  /** Makes `node` read at input 0 what `before` read, which then may have nobody left to read it. */
  skip(node: Node, before: Node, value: string, reason: string): void {
    this.setInput(node, 0, value);
    if (!this.isHere(before)) this.report.add(before, 'folded', reason);
  }

  /** Computes the constant `value`, which must not leave the graph, from `input` instead of storing it. */
  constantToNode(value: string, opType: string, input: string, attributes: Record<string, Attribute>): void {
    this.constants.delete(value);
    this.graph.initializers.delete(value);
    this.add({ opType, name: `${value}_${opType.toLowerCase()}`, inputs: [input], outputs: [value], attributes });
  }

  /** Puts a constant where output `value` of `node` was, which must not leave the graph. */
  replaceByConstant(node: Node, value: string, tensor: Tensor): void {
    this.links.setProducer(value, undefined);
    this.computed.delete(value);
    node.outputs = node.outputs.map((output) => (output === value ? '' : output));
    this.define(value, tensor);
    this.removeIfDead(node);
  }

  /** Removes a node that nobody needs, with what only it needs; `false` when somebody does. */
  removeUnused(node: Node): boolean {
    if (node.outputs.length === 0 || !node.outputs.every((output) => this.isUnused(output))) return false;
    this.report.add(node, 'removed', 'nobody uses it');
    this.removeAll(node);
    return true;
  }

  private removeIfDead(node: Node | undefined): void {
    if (node && this.isHere(node) && node.outputs.every((output) => this.isUnused(output))) this.removeAll(node);
  }

  /** With an explicit stack: what a node read may be dead too, over thousands of nodes. */
  private removeAll(first: Node): void {
    const stack = [first];
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (!this.isHere(node)) continue;
      this.removed.add(node);
      for (const read of this.forget(node)) {
        const owner = this.owner(read);
        const producer = owner?.producer(read);
        if (!producer?.outputs.every((output) => owner!.isUnused(output))) continue;
        if (owner === this) stack.push(producer);
        else owner!.removeAll(producer);
      }
    }
  }

  /** Takes a node off the records, and those inside its subgraphs; returns the names that it read. */
  private forget(node: Node): string[] {
    const reads: string[] = [];
    for (const use of this.links.usesBySlot(node)) {
      const name = node.inputs[use.index]!;
      if (!name) continue;
      this.owner(name)?.links.dropUse(name, use);
      reads.push(name);
    }
    for (const scope of this.children.get(node) ?? []) {
      for (const inner of scope.graph.nodes) if (scope.isHere(inner)) reads.push(...scope.forget(inner));
    }
    this.children.delete(node);
    this.links.leave(node);
    return reads;
  }

  /** Writes the edits back to the graph and those inside: nodes in order, without constants that nobody reads. */
  close(): void {
    for (const scopes of this.children.values()) for (const scope of scopes) scope.close();
    const { graph } = this;
    graph.nodes = topologicalOrder(graph.nodes.filter((node) => !this.removed.has(node)));
    this.removed.clear();
    removeDead(graph, this.shared.irVersion);
  }
}
