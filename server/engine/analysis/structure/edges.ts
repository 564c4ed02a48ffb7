/** Which node makes the tensors that each node reads, across the borders of bodies. */

import type { Graph } from '../../model/graph.ts';
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

/** The values that are made in one graph: the number of what makes each; -1 for those of `Constant` nodes. */
type Scope = ReadonlyMap<string, number>;

/** What makes values: numbers instead of objects, since a model has tens of thousands. */
class Makers {
  readonly node: number[] = [];
  readonly place: number[] = [];
  /** Number among the edges' tensors, once the value has a reader; -1 before. */
  readonly tensor: number[] = [];

  add(node: number, place: number): number {
    this.place.push(place);
    this.tensor.push(-1);
    return this.node.push(node) - 1;
  }
}

/**
 * Every reader of a value once, however many of its inputs read it. Constants have no edges. What a body takes in from
 * the node that it belongs to (the state of a loop) comes from that node; what it gives back has no edge, since that
 * would be a cycle.
 */
export function edgesOf({ nodes, places }: NodeTable): Edges {
  const makers = new Makers();
  const scopes = scopesOf({ nodes, places }, makers);
  const [source, target, tensor]: [number[], number[], number[]] = [[], [], []];
  const tensors: EdgeTensor[] = [];

  const read = (reader: number, name: string, place: number): void => {
    const maker = find(name, place, places, scopes);
    if (maker < 0) return;
    if (makers.tensor[maker]! < 0) {
      makers.tensor[maker] = tensors.push({ name, place: makers.place[maker]! }) - 1;
    }
    source.push(makers.node[maker]!);
    target.push(reader);
    tensor.push(makers.tensor[maker]!);
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

function scopesOf({ nodes, places }: Pick<NodeTable, 'nodes' | 'places'>, makers: Makers): readonly Scope[] {
  const scopes = places.map(({ graph, owner }, place) => {
    const scope = new Map<string, number>();
    // Up to IR 3 a body lists its constants among its inputs, too.
    const taken = owner < 0 ? [] : graph.inputs.filter(({ name }) => !isConstant(name, graph));
    for (const { name } of taken) scope.set(name, makers.add(owner, place));
    for (const node of graph.nodes) if (node.is('Constant')) scope.set(node.outputs[0] ?? '', -1);
    return scope;
  });
  for (let number = 0; number < nodes.length; number++) {
    const entry = nodes[number]!;
    if (entry.kind === 'input') scopes[0]!.set(entry.value, makers.add(number, 0));
    if (entry.kind !== 'operator') continue;
    const scope = scopes[entry.place]!;
    for (const name of entry.node.outputs) if (name) scope.set(name, makers.add(number, entry.place));
  }
  return scopes;
}

function find(name: string, from: number, places: NodeTable['places'], scopes: readonly Scope[]): number {
  for (let place = from; place >= 0; place = places[place]!.outer) {
    const maker = scopes[place]!.get(name);
    if (maker !== undefined) return maker;
    // Constants hide outer values of their name.
    if (isConstant(name, places[place]!.graph)) return -1;
  }
  return -1;
}

function isConstant(name: string, { initializers, sparseInitializers }: Graph): boolean {
  return initializers.has(name) || sparseInitializers.has(name);
}
