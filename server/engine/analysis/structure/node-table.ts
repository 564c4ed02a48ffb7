/** The nodes of the graph view in their order, and the bodies that hold them. */

import type { Graph } from '../../model/graph.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';
import { UniqueNames } from '../../model/unique-names.ts';

/** The main graph, or a body of control flow. */
export interface GraphPlace {
  readonly graph: Graph;
  /** Number of the node that the body belongs to; -1 for the main graph. */
  readonly owner: number;
  /** Of `places`: the graph around this one; -1 for the main graph. */
  readonly outer: number;
  /** The attribute that holds the body: "then_branch"; empty for the main graph. */
  readonly attribute: string;
  /** Numbers of its nodes, with those of bodies inside: `first` up to, but without, `end`. */
  readonly first: number;
  end: number;
}

/** One node of the view. Inputs and outputs have no operator, only the value that they stand for. */
export type TableNode =
  | { readonly kind: 'operator'; readonly node: Node; readonly place: number }
  | { readonly kind: 'input' | 'output'; readonly value: string };

/**
 * Numbers the nodes: the inputs that a caller feeds, the operators in the order of the file with the bodies of each
 * directly after it, the outputs. `Constant` nodes are left out, like initializers: they belong to the operator that
 * reads them, unless their value leaves a graph as it is.
 */
export class NodeTable {
  readonly nodes: TableNode[] = [];
  /** By number: unique. */
  readonly names: readonly string[];
  /** The main graph first, a graph before those inside it. */
  readonly places: GraphPlace[] = [];

  constructor(model: Model) {
    for (const { name } of model.graph.feeds()) this.nodes.push({ kind: 'input', value: name });
    this.add(model.graph, { owner: -1, outer: -1, attribute: '' });
    for (const { name } of model.graph.outputs) this.nodes.push({ kind: 'output', value: name });
    this.names = uniqueNames(this.nodes);
  }

  /** Operators by their nodes in the model. */
  numbers(): ReadonlyMap<Node, number> {
    const numbers = new Map<Node, number>();
    for (const [number, entry] of this.nodes.entries()) {
      if (entry.kind === 'operator') numbers.set(entry.node, number);
    }
    return numbers;
  }

  private add(graph: Graph, around: Pick<GraphPlace, 'owner' | 'outer' | 'attribute'>): void {
    const place: GraphPlace = { graph, ...around, first: this.nodes.length, end: 0 };
    const index = this.places.push(place) - 1;
    const returned = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      if (node.is('Constant') && !returned.has(node.outputs[0] ?? '')) continue;
      const owner = this.nodes.push({ kind: 'operator', node, place: index }) - 1;
      for (const [attribute, body] of bodiesOf(node)) this.add(body, { owner, outer: index, attribute });
    }
    place.end = this.nodes.length;
  }
}

/** The subgraphs of a node with the attributes that hold them; those of a list are numbered. */
function bodiesOf(node: Node): readonly (readonly [attribute: string, body: Graph])[] {
  const bodies: [string, Graph][] = [];
  for (const [name, attribute] of node.attributes) {
    if (attribute.type === 'graph') bodies.push([name, attribute.value]);
    if (attribute.type === 'graphs') attribute.value.forEach((body, i) => bodies.push([`${name}[${i}]`, body]));
  }
  return bodies;
}

/** A node's own name goes before a label that is made for another one, an operator's before that of an input. */
function uniqueNames(nodes: readonly TableNode[]): string[] {
  const taken = new UniqueNames();
  const names = nodes.map((entry) => {
    const own = entry.kind === 'operator' ? entry.node.name : '';
    if (own === '' || taken.has(own)) return '';
    taken.add(own);
    return own;
  });
  for (const [number, entry] of nodes.entries()) {
    if (names[number] === '') names[number] = taken.claim(entry.kind === 'operator' ? entry.node.label : entry.value);
  }
  return names;
}
