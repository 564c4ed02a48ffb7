/** Which node makes the tensors that each node reads, across the borders of bodies. */

import type { NodeTable } from './node-table.ts';

/** By edge: the numbers of its nodes, and its tensor. */
export interface Edges {
  readonly source: Int32Array;
  readonly target: Int32Array;
  /** Of `tensors`. */
  readonly tensor: Int32Array;
  readonly tensors: readonly EdgeTensor[];
}

/** A value that is made by a node and read by others. */
export interface EdgeTensor {
  readonly name: string;
  /** The place where the name has its meaning. */
  readonly place: number;
}

/** A value that nodes make; its number among the edges' tensors once it has a reader. */
interface Source {
  readonly node: number;
  readonly place: number;
  tensor: number;
}

/** The values of one graph: null for constants, which hide outer values of their name. */
type Scope = ReadonlyMap<string, Source | null>;

/**
 * Every reader of a value once, however many of its inputs read it. Constants have no edges. What a body takes in from
 * the node that it belongs to (the state of a loop) comes from that node; what it gives back has no edge, since that
 * would be a cycle.
 */
export function edgesOf({ nodes, places }: NodeTable): Edges {
  const scopes = makers({ nodes, places });
  const [source, target, tensor]: [number[], number[], number[]] = [[], [], []];
  const tensors: EdgeTensor[] = [];

  const read = (reader: number, name: string, place: number): void => {
    const made = find(name, place, places, scopes);
    if (!made) return;
    if (made.tensor < 0) made.tensor = tensors.push({ name, place: made.place }) - 1;
    source.push(made.node);
    target.push(reader);
    tensor.push(made.tensor);
  };

  for (let number = 0; number < nodes.length; number++) {
    const entry = nodes[number]!;
    if (entry.kind === 'output') read(number, entry.value, 0);
    if (entry.kind !== 'operator') continue;
    const { inputs } = entry.node;
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i] !== '' && inputs.indexOf(inputs[i]!) === i) read(number, inputs[i]!, entry.place);
    }
  }
  return { source: Int32Array.from(source), target: Int32Array.from(target), tensor: Int32Array.from(tensor), tensors };
}

/** For each graph what makes its values. */
function makers({ nodes, places }: Pick<NodeTable, 'nodes' | 'places'>): readonly Scope[] {
  const scopes = places.map(({ graph, owner }, place) => {
    const scope = new Map<string, Source | null>();
    if (owner >= 0) for (const { name } of graph.inputs) scope.set(name, { node: owner, place, tensor: -1 });
    // Up to IR 3 a body lists its constants among its inputs, too.
    for (const name of graph.initializers.keys()) scope.set(name, null);
    for (const name of graph.sparseInitializers.keys()) scope.set(name, null);
    for (const node of graph.nodes) if (node.is('Constant')) scope.set(node.outputs[0] ?? '', null);
    return scope;
  });
  for (let number = 0; number < nodes.length; number++) {
    const entry = nodes[number]!;
    if (entry.kind === 'input') scopes[0]!.set(entry.value, { node: number, place: 0, tensor: -1 });
    if (entry.kind !== 'operator') continue;
    const scope = scopes[entry.place]!;
    for (const name of entry.node.outputs) if (name) scope.set(name, { node: number, place: entry.place, tensor: -1 });
  }
  return scopes;
}

function find(name: string, from: number, places: NodeTable['places'], scopes: readonly Scope[]): Source | null {
  for (let place = from; place >= 0; place = places[place]!.outer) {
    const made = scopes[place]!.get(name);
    if (made !== undefined) return made;
  }
  return null;
}
