/**
 * Who makes and who uses each value of a graph, subgraphs included. A snapshot: build it again after edits, or use
 * `GraphEditor`, which keeps its own up to date.
 */

import type { Graph } from './graph.ts';
import type { Node } from './node.ts';

/** One use of a value: input `index` of `node`, which stands in `graph`. */
export interface Use {
  readonly node: Node;
  readonly index: number;
  readonly graph: Graph;
}

export class GraphIndex {
  readonly graph: Graph;
  private readonly producerOf = new Map<string, Node>();
  private readonly usesOf = new Map<string, Use[]>();
  private readonly outputNames: ReadonlySet<string>;
  private readonly capturedAsOutput = new Set<string>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.outputNames = new Set(graph.outputs.map((o) => o.name));
    for (const node of graph.nodes) {
      for (const output of node.outputs) if (output) this.producerOf.set(output, node);
      this.addUses(node, graph);
      for (const subgraph of node.subgraphs()) this.addCaptures(subgraph, new Set());
    }
  }

  private addUses(node: Node, graph: Graph): void {
    node.inputs.forEach((name, index) => {
      if (name) this.addUse(name, { node, index, graph });
    });
  }

  private addUse(name: string, use: Use): void {
    const uses = this.usesOf.get(name);
    if (uses) uses.push(use);
    else this.usesOf.set(name, [use]);
  }

  /** Uses inside `subgraph` of names that it does not define itself: values captured from outside. */
  private addCaptures(subgraph: Graph, outerLocals: ReadonlySet<string>): void {
    const locals = new Set(outerLocals);
    for (const input of subgraph.inputs) locals.add(input.name);
    for (const name of subgraph.initializers.keys()) locals.add(name);
    for (const name of subgraph.sparseInitializers.keys()) locals.add(name);
    for (const node of subgraph.nodes) for (const output of node.outputs) locals.add(output);
    for (const node of subgraph.nodes) {
      node.inputs.forEach((name, index) => {
        if (name && !locals.has(name)) this.addUse(name, { node, index, graph: subgraph });
      });
      for (const inner of node.subgraphs()) this.addCaptures(inner, locals);
    }
    // A branch may return an outer value directly, with no node that reads it.
    for (const output of subgraph.outputs) if (!locals.has(output.name)) this.capturedAsOutput.add(output.name);
  }

  /** The node of this graph that makes `value`; undefined for inputs and initializers. */
  producer(value: string): Node | undefined {
    return this.producerOf.get(value);
  }

  /** Every use of `value`, also from inside subgraphs. */
  uses(value: string): readonly Use[] {
    return this.usesOf.get(value) ?? [];
  }

  /** `true` when the value leaves the graph, or a subgraph returns it as it is: it must keep its name and meaning. */
  isOutput(value: string): boolean {
    return this.outputNames.has(value) || this.capturedAsOutput.has(value);
  }

  /** The only use of `value`, when it has just one and does not leave the graph. */
  soleUse(value: string): Use | undefined {
    const uses = this.uses(value);
    return uses.length === 1 && !this.isOutput(value) ? uses[0] : undefined;
  }

  /** Nodes of this graph that read one of `node`'s outputs (not those inside subgraphs). */
  successors(node: Node): Node[] {
    const found = new Set<Node>();
    for (const output of node.outputs) {
      for (const use of this.uses(output)) if (use.graph === this.graph) found.add(use.node);
    }
    return [...found];
  }
}
