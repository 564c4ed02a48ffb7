/**
 * Who makes and who uses each value of a graph, subgraphs included. `GraphEditor` keeps its own up to date; without
 * it, build the index again after edits.
 */

import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/** One use of a value: input `index` of `node`, which stands in `graph`. */
export interface Use {
  readonly node: Node;
  readonly index: number;
  readonly graph: Graph;
}

/** The uses of one value, and the list last made of them. */
interface Uses {
  readonly all: Set<Use>;
  list: readonly Use[] | undefined;
}

export class GraphIndex {
  readonly graph: Graph;
  private readonly nodes = new Set<Node>();
  private readonly producerOf = new Map<string, Node>();
  private readonly usesOf = new Map<string, Uses>();
  /** By input index: for nodes of the graph all inputs but those left out, for nodes of subgraphs what they capture. */
  private readonly usesBy = new Map<Node, (Use | undefined)[]>();
  private readonly inputNames: ReadonlySet<string>;
  private readonly outputNames: ReadonlySet<string>;
  /** How many subgraphs return the value as it is. */
  private readonly returned = new Map<string, number>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.inputNames = new Set(graph.inputs.map((input) => input.name));
    this.outputNames = new Set(graph.outputs.map((output) => output.name));
    for (const node of graph.nodes) this.addNode(node);
  }

  /** `true` for a node of this graph, `false` for one of a subgraph. */
  isHere(node: Node): boolean {
    return this.nodes.has(node);
  }

  /** The node of this graph that makes `value`; undefined for inputs and initializers. */
  producer(value: string): Node | undefined {
    return this.producerOf.get(value);
  }

  /** Every use of `value`, also from inside subgraphs, as they are now: later edits do not change the list. */
  uses(value: string): readonly Use[] {
    const uses = this.usesOf.get(value);
    if (!uses) return [];
    uses.list ??= [...uses.all];
    return uses.list;
  }

  /** `true` when the value enters the graph (initializers that are listed as inputs included). */
  isInput(value: string): boolean {
    return this.inputNames.has(value);
  }

  /** `true` when the value leaves the graph, or a subgraph returns it as it is: it must keep its name and meaning. */
  isOutput(value: string): boolean {
    return this.outputNames.has(value) || this.returned.has(value);
  }

  /** The only use of `value`, when it has just one and does not leave the graph. */
  soleUse(value: string): Use | undefined {
    const all = this.usesOf.get(value)?.all;
    if (all?.size !== 1 || this.isOutput(value)) return undefined;
    const [use] = all;
    return use;
  }

  /** Nodes of this graph that read one of `node`'s outputs (not those inside subgraphs). */
  successors(node: Node): Node[] {
    const found = new Set<Node>();
    for (const output of node.outputs) {
      for (const use of this.uses(output)) if (use.graph === this.graph) found.add(use.node);
    }
    return [...found];
  }

  // Edits: what `GraphEditor` calls as it changes the graph.

  /** `node` stands in the graph now. */
  addNode(node: Node): void {
    this.nodes.add(node);
    for (const output of node.outputs) if (output) this.producerOf.set(output, node);
    this.usesBy.set(node, []);
    node.inputs.forEach((name, index) => {
      if (name) this.addUse(name, { node, index, graph: this.graph });
    });
    for (const subgraph of node.subgraphs()) {
      visitCaptures(subgraph, new Set(), {
        use: (name, use) => this.addUse(name, use),
        returned: (name) => this.returned.set(name, (this.returned.get(name) ?? 0) + 1),
      });
    }
  }

  /** `node` is gone from the graph, and its subgraphs with it. */
  removeNode(node: Node): void {
    this.nodes.delete(node);
    for (const output of node.outputs) if (this.producerOf.get(output) === node) this.producerOf.delete(output);
    node.inputs.forEach((name, index) => {
      if (name) this.dropUse(name, node, index);
    });
    this.usesBy.delete(node);
    for (const subgraph of node.subgraphs()) {
      visitCaptures(subgraph, new Set(), {
        use: (name, use) => this.dropUse(name, use.node, use.index),
        returned: (name) => {
          const left = this.returned.get(name)! - 1;
          if (left > 0) this.returned.set(name, left);
          else this.returned.delete(name);
        },
      });
    }
  }

  /** Writes `value` into input `index` of `node`, a node of this graph or one that captures that input from it. */
  setInput({ node, index, graph }: Use, value: string): void {
    while (node.inputs.length <= index) node.inputs.push('');
    const old = node.inputs[index]!;
    if (old) this.dropUse(old, node, index);
    node.inputs[index] = value;
    if (value) this.addUse(value, { node, index, graph });
  }

  /** Writes `to` in place of the output `from` of `node`. */
  renameOutput(node: Node, from: string, to: string): void {
    node.outputs = node.outputs.map((output) => (output === from ? to : output));
    if (this.producerOf.get(from) === node) this.producerOf.delete(from);
    this.producerOf.set(to, node);
  }

  private addUse(name: string, use: Use): void {
    const uses = this.usesOf.get(name);
    if (uses) {
      uses.all.add(use);
      uses.list = undefined;
    } else {
      this.usesOf.set(name, { all: new Set([use]), list: undefined });
    }
    const slots = this.usesBy.get(use.node);
    if (slots) slots[use.index] = use;
    else {
      const fresh: (Use | undefined)[] = [];
      fresh[use.index] = use;
      this.usesBy.set(use.node, fresh);
    }
  }

  private dropUse(name: string, node: Node, index: number): void {
    const slots = this.usesBy.get(node);
    const use = slots?.[index];
    const uses = this.usesOf.get(name);
    if (!slots || !use || !uses) return;
    slots[index] = undefined;
    uses.all.delete(use);
    uses.list = undefined;
  }
}

interface CaptureVisitor {
  /** A node in the subgraph, or deeper, reads the outer value `name`. */
  use(name: string, use: Use): void;
  /** A branch returns the outer value `name` directly, with no node that reads it. */
  returned(name: string): void;
}

/** Visits what `subgraph` takes from outside: names that neither it nor `outerLocals` defines. */
function visitCaptures(subgraph: Graph, outerLocals: ReadonlySet<string>, visitor: CaptureVisitor): void {
  const locals = new Set(outerLocals);
  for (const input of subgraph.inputs) locals.add(input.name);
  for (const name of subgraph.initializers.keys()) locals.add(name);
  for (const name of subgraph.sparseInitializers.keys()) locals.add(name);
  for (const node of subgraph.nodes) for (const output of node.outputs) locals.add(output);
  for (const node of subgraph.nodes) {
    node.inputs.forEach((name, index) => {
      if (name && !locals.has(name)) visitor.use(name, { node, index, graph: subgraph });
    });
    for (const inner of node.subgraphs()) visitCaptures(inner, locals, visitor);
  }
  for (const output of subgraph.outputs) if (!locals.has(output.name)) visitor.returned(output.name);
}
