/** The nodes of the graph view in their order, and the bodies that hold them. */

import { Graph } from '../../model/graph.ts';
import type { FunctionDefinition, Model } from '../../model/model.ts';
import { Node } from '../../model/node.ts';
import { UniqueNames } from '../../model/unique-names.ts';
import { functionKey } from '../../model/validate-operator.ts';

/** The main graph, a body of control flow, or what a call of a function stands for. */
export interface GraphPlace {
  readonly graph: Graph;
  /** Number of the node that the body belongs to; -1 for the main graph. */
  readonly owner: number;
  /** Of `places`: the graph whose values are seen here, too; -1 for the main graph and for functions. */
  readonly outer: number;
  /** The attribute that holds the body ("then_branch"), or the name of the function; empty for the main graph. */
  readonly attribute: string;
  /** Whether it is the function that the owner calls. */
  readonly isCall: boolean;
  /** Numbers of its nodes, with those of bodies inside: `first` up to, but without, `end`. */
  readonly first: number;
  end: number;
}

/** One node of the view. Inputs and outputs have no operator, only the value that they stand for. */
export type TableNode =
  | { readonly kind: 'operator'; readonly node: Node; readonly place: number }
  | { readonly kind: 'input' | 'output'; readonly value: string };

/** Functions are shown in each of their calls; calls in calls could make more of them than anybody looks at. */
const mostInCalls = 20_000;

/**
 * Numbers the nodes: the inputs that a caller feeds, the operators in the order of the file with the bodies of each
 * (and the function that it calls) directly after it, the outputs. `Constant` nodes are left out, like initializers:
 * they belong to the operator that reads them, unless their value leaves a graph as it is.
 */
export class NodeTable {
  readonly nodes: TableNode[] = [];
  /** By number: unique. */
  readonly names: readonly string[];
  /** The main graph first, a graph before those inside it. */
  readonly places: GraphPlace[] = [];
  private readonly functions: ReadonlyMap<string, FunctionDefinition>;
  /** Functions that are being added: one that calls itself breaks ONNX's rules. */
  private readonly calls = new Set<FunctionDefinition>();
  private inCalls = 0;

  constructor(model: Model) {
    this.functions = new Map(model.functions.map((definition) =>
      [functionKey(definition.domain, definition.name, definition.overload), definition]));
    for (const { name } of model.graph.feeds()) this.nodes.push({ kind: 'input', value: name });
    this.add(model.graph, { owner: -1, outer: -1, attribute: '', isCall: false });
    for (const { name } of model.graph.outputs) this.nodes.push({ kind: 'output', value: name });
    this.names = uniqueNames(this);
  }

  /** Operators by their nodes in the model. */
  numbers(): ReadonlyMap<Node, number> {
    const numbers = new Map<Node, number>();
    for (const [number, entry] of this.nodes.entries()) {
      if (entry.kind === 'operator') numbers.set(entry.node, number);
    }
    return numbers;
  }

  private add(graph: Graph, around: Pick<GraphPlace, 'owner' | 'outer' | 'attribute' | 'isCall'>): void {
    const place: GraphPlace = { graph, ...around, first: this.nodes.length, end: 0 };
    const index = this.places.push(place) - 1;
    const returned = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      if (node.is('Constant') && !returned.has(node.outputs[0] ?? '')) continue;
      const owner = this.nodes.push({ kind: 'operator', node, place: index }) - 1;
      for (const [attribute, body] of bodiesOf(node)) {
        this.add(body, { owner, outer: index, attribute, isCall: false });
      }
      if (this.functions.size > 0) this.addCall(node, owner);
    }
    place.end = this.nodes.length;
  }

  private addCall({ domain, opType, overload }: Node, owner: number): void {
    const definition = this.functions.get(functionKey(domain, opType, overload));
    if (!definition || this.calls.has(definition)) return;
    this.inCalls += definition.nodes.length;
    if (this.inCalls > mostInCalls) return;
    this.calls.add(definition);
    this.add(bodyOf(definition), { owner, outer: -1, attribute: definition.name, isCall: true });
    this.calls.delete(definition);
  }
}

/** The function as a graph, with nodes of its own for each call. */
function bodyOf({ name, inputs, outputs, nodes }: FunctionDefinition): Graph {
  const body = new Graph();
  body.name = name;
  body.inputs = inputs.map((input) => ({ name: input }));
  body.outputs = outputs.map((output) => ({ name: output }));
  // Not `clone`, which would copy the bodies of control flow, by which their types are found.
  body.nodes = nodes.map(({ name, opType, domain, overload, inputs, outputs, attributes }) =>
    new Node({ name, opType, domain, overload, inputs, outputs, attributes }));
  return body;
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

/**
 * A node's own name goes before a label that is made for another one, an operator's before that of an input. Nodes of
 * functions, whose names are the same in every call, are named after the call.
 */
function uniqueNames({ nodes, places }: NodeTable): string[] {
  const taken = new UniqueNames();
  const names = nodes.map((entry) => {
    const own = entry.kind === 'operator' && !isInCall(entry.place, nodes, places) ? entry.node.name : '';
    if (own === '' || taken.has(own)) return '';
    taken.add(own);
    return own;
  });
  for (const [number, entry] of nodes.entries()) {
    if (names[number] !== '') continue;
    const label = entry.kind === 'operator' ? entry.node.label : entry.value;
    const isInner = entry.kind === 'operator' && isInCall(entry.place, nodes, places);
    names[number] = taken.claim(isInner ? `${names[places[entry.place]!.owner]!}/${label}` : label);
  }
  return names;
}

function isInCall(place: number, nodes: NodeTable['nodes'], places: NodeTable['places']): boolean {
  for (let at = place; at > 0;) {
    const { isCall, owner } = places[at]!;
    if (isCall) return true;
    const entry = nodes[owner]!;
    at = entry.kind === 'operator' ? entry.place : 0;
  }
  return false;
}
