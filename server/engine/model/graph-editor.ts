/**
 * Safe edits of one graph of a model: names stay unique, uses inside subgraphs follow, graph outputs keep their names.
 * Work on a clone (`model.clone()`), then call `finish()`, which sorts the nodes and drops what became unused.
 */

import { LatheError } from '../errors.ts';
import { Constants, type ConstantPlace } from './constants.ts';
import type { Graph } from './graph.ts';
import { GraphIndex, type Use } from './graph-index.ts';
import type { Model } from './model.ts';
import { Node, type NodeFields } from './node.ts';
import type { Tensor } from './tensor.ts';
import { outerReads, topologicalOrder } from './toposort.ts';
import type { Dim } from './types.ts';

export class GraphEditor {
  readonly model: Model;
  readonly graph: Graph;
  private readonly names = new Set<string>();
  private readonly nodeNames = new Set<string>();
  private snapshot: GraphIndex | undefined;
  private constantSnapshot: Constants | undefined;

  constructor(model: Model, graph: Graph = model.graph) {
    this.model = model;
    this.graph = graph;
    this.collectNames(model.graph);
  }

  private collectNames(graph: Graph): void {
    for (const { name } of graph.inputs) this.names.add(name);
    for (const name of graph.initializers.keys()) this.names.add(name);
    for (const node of graph.nodes) {
      if (node.name) this.nodeNames.add(node.name);
      for (const output of node.outputs) this.names.add(output);
      for (const subgraph of node.subgraphs()) this.collectNames(subgraph);
    }
  }

  /** Producers and uses as they are now; rebuilt after edits, so ask in batches. */
  get index(): GraphIndex {
    this.snapshot ??= new GraphIndex(this.graph);
    return this.snapshot;
  }

  /** Constants of this graph as they are now. Only meaningful for the main graph: outer constants are not included. */
  get constants(): Constants {
    this.constantSnapshot ??= new Constants(this.graph, this.model.irVersion);
    return this.constantSnapshot;
  }

  /** Tells the editor that nodes or values were changed by hand. */
  touch(): void {
    this.snapshot = undefined;
    this.constantSnapshot = undefined;
  }

  /** `base`, or `base_1`, `base_2`, … where it is taken; reserved from now on. */
  uniqueName(base: string): string {
    return unique(base, this.names);
  }

  /** The same for node names. */
  uniqueNodeName(base: string): string {
    return unique(base, this.nodeNames);
  }

  /** Adds a node (its place is found by `finish`). Its name is made unique. */
  add(fields: NodeFields): Node {
    const node = new Node({ ...fields, name: this.uniqueNodeName(fields.name ?? fields.opType) });
    for (const output of node.outputs) this.names.add(output);
    this.graph.nodes.push(node);
    this.touch();
    return node;
  }

  /** Adds a constant under a unique name made from the tensor's, and returns that name. */
  addInitializer(tensor: Tensor): string {
    const name = this.uniqueName(tensor.name);
    this.graph.initializers.set(name, tensor.withName(name));
    this.touch();
    return name;
  }

  /** Puts `tensor` where the constant `value` is now; its name stays. */
  replaceConstant(value: string, tensor: Tensor): void {
    const place: ConstantPlace | undefined = this.constants.place(value);
    if (!place) throw new LatheError('INTERNAL', `"${value}" is not a constant.`);
    if (place.kind === 'node') {
      place.graph.nodes.splice(place.graph.nodes.indexOf(place.node), 1);
    }
    place.graph.initializers.set(value, tensor.withName(value));
    const at = place.graph.inputs.findIndex((i) => i.name === value);
    const info = place.graph.inputs[at];
    if (info) {
      // An IR 3 file declares the initializer as an input too: the declaration must agree with the new tensor.
      const shape: readonly Dim[] = tensor.dims;
      place.graph.inputs[at] = { ...info, type: { kind: 'tensor', dtype: tensor.dtype, shape } };
    }
    place.graph.valueInfos.delete(value);
    this.touch();
  }

  /** Makes one use read `value` instead. */
  setInput(use: Pick<Use, 'node' | 'index'>, value: string): void {
    use.node.inputs[use.index] = value;
    this.touch();
  }

  /**
   * Makes every use of `from` read `to`, in subgraphs too. A graph output named `from` keeps its name: the node that
   * makes `to` is renamed to make `from` where it can be, else an Identity carries it.
   *
   * @param except uses by these nodes stay
   */
  replaceAllUses(from: string, to: string, except: ReadonlySet<Node> = new Set()): void {
    if (from === to) return;
    for (const use of this.index.uses(from)) if (!except.has(use.node)) use.node.inputs[use.index] = to;
    const leaves = this.index.isOutput(from);
    this.touch();
    if (leaves) this.keepOutput(from, to);
  }

  private keepOutput(from: string, to: string): void {
    const old = this.index.producer(from);
    if (old) old.outputs = old.outputs.map((o) => (o === from ? this.uniqueName(`${from}_unused`) : o));
    const maker = this.index.producer(to);
    if (maker && !this.index.isOutput(to)) {
      maker.outputs = maker.outputs.map((o) => (o === to ? from : o));
      for (const use of this.index.uses(to)) use.node.inputs[use.index] = from;
      const info = this.graph.valueInfos.get(to);
      this.graph.valueInfos.delete(to);
      if (info && !this.graph.valueInfos.has(from)) this.graph.valueInfos.set(from, { ...info, name: from });
    } else {
      this.add({ opType: 'Identity', name: `${from}_keep`, inputs: [to], outputs: [from] });
    }
    this.touch();
  }

  /** Removes a node. Its outputs must not be used any more: `finish` checks. */
  remove(node: Node): void {
    const at = this.graph.nodes.indexOf(node);
    if (at >= 0) this.graph.nodes.splice(at, 1);
    this.touch();
  }

  /** Renames an inner value everywhere. Graph inputs and outputs keep their names: they are the model's interface. */
  renameValue(from: string, to: string): void {
    if (this.names.has(to)) throw new LatheError('INTERNAL', `The name "${to}" is taken.`);
    if (this.index.isOutput(from) || this.graph.inputs.some((i) => i.name === from)) {
      throw new LatheError('INTERNAL', `"${from}" is an input or output of the graph.`);
    }
    const producer = this.index.producer(from);
    if (producer) producer.outputs = producer.outputs.map((o) => (o === from ? to : o));
    const tensor = this.graph.initializers.get(from);
    if (tensor) {
      this.graph.initializers.delete(from);
      this.graph.initializers.set(to, tensor.withName(to));
    }
    for (const use of this.index.uses(from)) use.node.inputs[use.index] = to;
    const info = this.graph.valueInfos.get(from);
    if (info) {
      this.graph.valueInfos.delete(from);
      this.graph.valueInfos.set(to, { ...info, name: to });
    }
    this.names.delete(from);
    this.names.add(to);
    this.touch();
  }

  /** Sorts the nodes, drops nodes and constants that nothing uses, and checks that nothing used is missing. */
  finish(): void {
    this.graph.nodes = topologicalOrder(this.graph.nodes);
    removeDead(this.graph);
    this.touch();
  }
}

function unique(base: string, taken: Set<string>): string {
  let name = base;
  for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
  taken.add(name);
  return name;
}

/**
 * Removes nodes whose outputs nobody reads, then initializers and declared types of values that are gone. Initializers
 * listed as inputs go together with their listing. Real inputs stay: they are the model's interface.
 *
 * @returns the number of nodes removed
 */
export function removeDead(graph: Graph): number {
  const live = new Set(graph.outputs.map((o) => o.name));
  const kept: Node[] = [];
  for (let i = graph.nodes.length - 1; i >= 0; i--) {
    const node = graph.nodes[i]!;
    if (!node.outputs.some((o) => live.has(o))) continue;
    kept.push(node);
    for (const name of outerReads(node)) live.add(name);
  }
  const removed = graph.nodes.length - kept.length;
  graph.nodes = kept.reverse();
  for (const name of [...graph.initializers.keys(), ...graph.sparseInitializers.keys()]) {
    if (live.has(name)) continue;
    graph.initializers.delete(name);
    graph.sparseInitializers.delete(name);
    graph.inputs = graph.inputs.filter((i) => i.name !== name);
  }
  const present = new Set<string>(live);
  for (const node of graph.nodes) for (const output of node.outputs) present.add(output);
  for (const name of graph.valueInfos.keys()) if (!present.has(name)) graph.valueInfos.delete(name);
  return removed;
}
