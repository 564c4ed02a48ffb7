/**
 * Safe edits of one graph of a model: names stay unique, uses inside subgraphs follow, graph outputs keep their names.
 * Work on a clone (`model.clone()`), then call `finish()`, which sorts the nodes and drops what became unused. Edits
 * through the editor keep its index and constants true at the cost of the edit itself, so asking between them is free;
 * after an edit by hand call `touch`.
 */

import { LatheError } from '../errors.ts';
import { Constants } from './constants.ts';
import { removeDead } from './dead-code.ts';
import type { Graph } from './graph.ts';
import { GraphIndex, type Use } from './graph-index.ts';
import type { Model } from './model.ts';
import { Node, type NodeFields } from './node.ts';
import { denseTensor } from './sparse-tensor.ts';
import type { Tensor } from './tensor.ts';
import { outerReads, topologicalOrder } from './toposort.ts';
import type { Dim } from './types.ts';
import { UniqueNames } from './unique-names.ts';

export class GraphEditor {
  readonly model: Model;
  readonly graph: Graph;
  private readonly names = new UniqueNames();
  private readonly nodeNames = new UniqueNames();
  private knownIndex: GraphIndex | undefined;
  private knownConstants: Constants | undefined;

  constructor(model: Model, graph: Graph = model.graph) {
    this.model = model;
    this.graph = graph;
    this.collectNames(model.graph);
  }

  private collectNames(graph: Graph): void {
    for (const { name } of graph.inputs) this.names.add(name);
    for (const name of graph.initializers.keys()) this.names.add(name);
    for (const name of graph.sparseInitializers.keys()) this.names.add(name);
    for (const node of graph.nodes) {
      this.nodeNames.add(node.name);
      this.collectNodeNames(node);
    }
  }

  private collectNodeNames(node: Node): void {
    for (const output of node.outputs) this.names.add(output);
    for (const subgraph of node.subgraphs()) this.collectNames(subgraph);
  }

  /** Producers and uses as they are now. Follows every edit made through the editor. */
  get index(): GraphIndex {
    this.knownIndex ??= new GraphIndex(this.graph);
    return this.knownIndex;
  }

  /** Constants of this graph as they are now; of the graphs around it only `Constants` with its `outer` knows. */
  get constants(): Constants {
    this.knownConstants ??= new Constants(this.graph, this.model.irVersion);
    return this.knownConstants;
  }

  /** Tells the editor that nodes or values were changed by hand. */
  touch(): void {
    this.knownIndex = undefined;
    this.knownConstants = undefined;
  }

  /** `base`, or `base_1`, `base_2`, … where it is taken; reserved from now on. */
  uniqueName(base: string): string {
    return this.names.claim(base);
  }

  /** The same for node names. */
  uniqueNodeName(base: string): string {
    return this.nodeNames.claim(base);
  }

  /** Adds a node (its place is found by `finish`). Its name is made unique; an empty one stays empty. */
  add(fields: NodeFields): Node {
    const name = fields.name === '' ? '' : this.uniqueNodeName(fields.name ?? fields.opType);
    const node = new Node({ ...fields, name });
    this.collectNodeNames(node);
    this.graph.nodes.push(node);
    this.knownIndex?.addNode(node);
    this.knownConstants?.addNode(node);
    return node;
  }

  /** Adds a constant under a unique name made from the tensor's, and returns that name. */
  addInitializer(tensor: Tensor): string {
    const name = this.uniqueName(tensor.name);
    this.putInitializer(this.graph, name, tensor);
    return name;
  }

  private putInitializer(graph: Graph, name: string, tensor: Tensor): void {
    const named = tensor.withName(name);
    graph.initializers.set(name, named);
    graph.sparseInitializers.delete(name);
    if (graph === this.graph) this.knownConstants?.addInitializer(name, named);
  }

  /** Puts `tensor` where the constant `value` is now; its name stays. */
  replaceConstant(value: string, tensor: Tensor): void {
    const place = this.constants.place(value);
    if (!place) throw new LatheError('INTERNAL', `"${value}" is not a constant.`, { at: { value } });
    if (place.kind === 'node') this.remove(place.node);
    this.putInitializer(this.graph, value, tensor);
    const at = this.graph.inputs.findIndex((i) => i.name === value);
    const info = this.graph.inputs[at];
    if (info) {
      // An IR 3 file declares the initializer as an input too: the declaration must agree with the new tensor.
      const shape: readonly Dim[] = tensor.dims;
      this.graph.inputs[at] = { ...info, type: { kind: 'tensor', dtype: tensor.dtype, shape } };
    }
    this.graph.valueInfos.delete(value);
  }

  /** Makes one use read `value` instead; '' leaves the input out. */
  setInput(use: Pick<Use, 'node' | 'index'>, value: string): void {
    const { node, index } = use;
    if (this.knownIndex?.isHere(node)) {
      this.knownIndex.setInput({ node, index, graph: this.graph }, value);
      return;
    }
    // A node of a subgraph: whether it captures `value` or has it from its own graph only a new index can tell.
    while (node.inputs.length < index) node.inputs.push('');
    node.inputs[index] = value;
    this.knownIndex = undefined;
  }

  /**
   * Makes every use of `from` read `to`, in subgraphs too. A graph output named `from` keeps its name: the node that
   * makes `to` makes `from` from now on where it can, else an Identity does; what made `from`, and uses that stay with
   * it, get a new name. An input of the graph, or a value of a graph around, that is returned as it is stays so.
   *
   * @param except uses by these nodes stay
   */
  replaceAllUses(from: string, to: string, except: ReadonlySet<Node> = new Set()): void {
    if (from === to) return;
    const { index } = this;
    for (const use of index.uses(from)) if (!except.has(use.node)) index.setInput(use, to);
    if (index.isOutput(from) && this.isMadeHere(from)) this.handOver(from, to);
  }

  private isMadeHere(value: string): boolean {
    if (this.index.isInput(value)) return false;
    if (this.index.producer(value)) return true;
    return this.graph.initializers.has(value) || this.graph.sparseInitializers.has(value);
  }

  /** The name `from` leaves the graph: it moves from what has it now to the value `to`. */
  private handOver(from: string, to: string): void {
    const { index } = this;
    this.moveName(from, this.uniqueName(`${from}_raw`));
    const maker = index.producer(to);
    if (maker && !index.isOutput(to)) this.moveName(to, from);
    else this.add({ opType: 'Identity', name: `${from}_keep`, inputs: [to], outputs: [from] });
  }

  /** Gives the value `from` of this graph the name `to`, wherever it is made and used. */
  private moveName(from: string, to: string): void {
    const { index, graph } = this;
    const producer = index.producer(from);
    if (producer) index.renameOutput(producer, from, to);
    const tensor = graph.initializers.get(from);
    if (tensor) {
      graph.initializers.delete(from);
      graph.initializers.set(to, tensor.withName(to));
    }
    const sparse = graph.sparseInitializers.get(from);
    if (sparse) {
      graph.sparseInitializers.delete(from);
      graph.sparseInitializers.set(to, { ...sparse, name: to });
    }
    for (const use of index.uses(from)) index.setInput(use, to);
    const info = graph.valueInfos.get(from);
    graph.valueInfos.delete(from);
    if (info && !index.isOutput(to)) graph.valueInfos.set(to, { ...info, name: to });
    graph.quantizationAnnotations = graph.quantizationAnnotations.map((annotation) => ({
      ...annotation,
      tensorName: annotation.tensorName === from ? to : annotation.tensorName,
      parameters: new Map([...annotation.parameters].map(([key, name]) => [key, name === from ? to : name])),
    }));
    if (this.knownConstants?.has(from)) {
      this.knownConstants.forget(from);
      const dense = tensor ?? (sparse && denseTensor(sparse));
      if (dense) this.knownConstants.addInitializer(to, dense.withName(to));
      else if (producer) this.knownConstants.addNode(producer);
    }
  }

  /** Removes a node. Its outputs must not be used any more: `finish` checks. Its name is free again. */
  remove(node: Node): void {
    const at = this.graph.nodes.indexOf(node);
    if (at < 0) return;
    this.graph.nodes.splice(at, 1);
    this.nodeNames.release(node.name);
    this.knownIndex?.removeNode(node);
    for (const output of node.outputs) {
      const place = this.knownConstants?.place(output);
      if (place?.kind === 'node' && place.node === node) this.knownConstants?.forget(output);
    }
  }

  /** Renames an inner value everywhere. Graph inputs and outputs keep their names: they are the model's interface. */
  renameValue(from: string, to: string): void {
    const fail = (message: string): never => {
      throw new LatheError('INTERNAL', message, { at: { value: from } });
    };
    if (this.names.has(to)) fail(`The name "${to}" is taken.`);
    if (this.index.isInput(from)) fail(`"${from}" is an input of the graph.`);
    if (this.index.isOutput(from)) fail(`"${from}" leaves the graph or a subgraph.`);
    this.moveName(from, this.uniqueName(to));
  }

  /**
   * Sorts the nodes, drops nodes and constants that nothing uses, and checks that nothing used is missing.
   *
   * @throws LatheError `INTERNAL` when a needed value was removed or is made twice; `MODEL_INVALID` when the model
   *   never had it, or has a cycle
   */
  finish(): void {
    this.graph.nodes = topologicalOrder(this.graph.nodes);
    removeDead(this.graph, this.model.irVersion);
    this.touch();
    this.checkNames();
  }

  private checkNames(): void {
    const { graph } = this;
    const visible = namesAround(graph, this.model.graph) ?? new Set<string>();
    for (const { name } of graph.inputs) visible.add(name);
    for (const name of graph.initializers.keys()) visible.add(name);
    for (const name of graph.sparseInitializers.keys()) visible.add(name);
    const made = new Set<string>();
    for (const node of graph.nodes) {
      for (const value of outerReads(node)) if (!visible.has(value)) this.missing(value, node);
      for (const output of node.outputs) {
        if (!output) continue;
        if (made.has(output)) {
          throw new LatheError('INTERNAL', `Two nodes make the value "${output}".`, {
            at: { node: node.label, value: output },
          });
        }
        made.add(output);
        visible.add(output);
      }
    }
    for (const { name } of graph.outputs) if (!visible.has(name)) this.missing(name);
  }

  private missing(value: string, node?: Node): never {
    const message = `${node ? `Node "${node.label}" reads` : 'The graph returns'} "${value}", which nothing makes.`;
    const at = { value, ...(node && { node: node.label }) };
    // A name that the editor knows was there once.
    if (this.names.has(value)) throw new LatheError('INTERNAL', message, { at });
    throw new LatheError('MODEL_INVALID', message, { at, fix: 'Export the model again.' });
  }
}

/** Names that `graph` can read from the graphs around it, which start at `root`; undefined when it is not inside. */
function namesAround(graph: Graph, root: Graph): Set<string> | undefined {
  if (root === graph) return new Set();
  for (const node of root.nodes) {
    for (const subgraph of node.subgraphs()) {
      const names = namesAround(graph, subgraph);
      if (!names) continue;
      for (const input of root.inputs) names.add(input.name);
      for (const name of root.initializers.keys()) names.add(name);
      for (const name of root.sparseInitializers.keys()) names.add(name);
      for (const maker of root.nodes) for (const output of maker.outputs) names.add(output);
      return names;
    }
  }
  return undefined;
}
