/**
 * Which channels of a network may be scaled freely: a convolution's output channel may be divided by any positive
 * number when every path from it multiplies the number back in, through layers for which f(a·x) = a·f(x).
 */

import { Constants } from '../../model/constants.ts';
import { GraphIndex } from '../../model/graph-index.ts';
import type { Model } from '../../model/model.ts';
import type { Node } from '../../model/node.ts';

/** Channels that must share one scale, because they are added to each other or are the same. */
export interface ScaleClasses {
  /** By layer that makes channels: the class of each output channel. */
  readonly producers: ReadonlyMap<Node, Int32Array>;
  /** By layer that reads channels: the class of each input channel. */
  readonly consumers: ReadonlyMap<Node, Int32Array>;
  /** By value: the class of each channel (axis 1), for values whose range tells the scale. */
  readonly values: ReadonlyMap<string, Int32Array>;
  readonly count: number;
  /** Classes that must stay as they are. */
  readonly frozen: Uint8Array;
}

/** Positive homogeneous layers that keep channels apart and in place. */
const passing = ['Relu', 'LeakyRelu', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity'];

/** Follows channels through the main graph. */
export function findScaleClasses(model: Model): ScaleClasses {
  const finder = new Finder(model);
  return finder.find();
}

class Finder {
  private readonly model: Model;
  private readonly constants: Constants;
  private readonly index: GraphIndex;
  private readonly parents: number[] = [];
  private readonly frozenMembers: boolean[] = [];
  private readonly members = new Map<string, Int32Array>();
  private readonly producers = new Map<Node, Int32Array>();
  private readonly consumers = new Map<Node, Int32Array>();

  constructor(model: Model) {
    this.model = model;
    this.constants = Constants.of(model);
    this.index = new GraphIndex(model.graph);
  }

  find(): ScaleClasses {
    for (const node of this.model.graph.nodes) this.visit(node);
    for (const [value, classes] of this.members) if (this.leaves(value)) this.freeze(classes);
    const numbers = new Map<number, number>();
    const number = (member: number): number => {
      const root = this.root(member);
      let n = numbers.get(root);
      if (n === undefined) {
        n = numbers.size;
        numbers.set(root, n);
      }
      return n;
    };
    const resolve = <K>(map: ReadonlyMap<K, Int32Array>): Map<K, Int32Array> =>
      new Map([...map].map(([key, classes]) => [key, classes.map(number)]));
    const producers = resolve(this.producers);
    const consumers = resolve(this.consumers);
    const values = resolve(this.members);
    const frozen = new Uint8Array(numbers.size);
    for (let member = 0; member < this.parents.length; member++) {
      if (this.frozenMembers[member] && numbers.has(this.root(member))) frozen[number(member)] = 1;
    }
    return { producers, consumers, values, count: numbers.size, frozen };
  }

  private visit(node: Node): void {
    if (node.is('Conv') && this.hasFloatWeights(node)) this.visitConv(node);
    else if (node.is(...passing)) this.pass(node);
    else if (node.is('Concat') && node.int('axis', 0) === 1) this.join(node);
    else if (node.is('Add')) this.add(node);
    else this.freezeInputs(node);
  }

  private hasFloatWeights(node: Node): boolean {
    const weight = this.constants.place(node.input(1));
    const bias = node.input(2);
    const free = (value: string): boolean => this.index.soleUse(value) !== undefined;
    return (
      weight?.tensor.dtype === 'float32' &&
      free(node.input(1)!) &&
      (!bias || (this.constants.tensor(bias)?.dtype === 'float32' && free(bias)))
    );
  }

  private visitConv(node: Node): void {
    const weight = this.constants.tensor(node.input(1))!;
    const [outputs = 0, perGroup = 0] = weight.dims;
    const group = node.int('group', 1);
    const input = this.members.get(node.inputs[0]!);
    if (input) {
      // The weight's second axis tells channels apart only when there is one group, or one channel in each.
      if (input.length === perGroup * group && (group === 1 || perGroup === 1)) this.consumers.set(node, input);
      else this.freeze(input);
    }
    const made = Int32Array.from({ length: outputs }, () => this.newMember());
    this.producers.set(node, made);
    this.members.set(node.outputs[0]!, made);
  }

  private pass(node: Node): void {
    const input = this.members.get(node.inputs[0]!);
    if (!input) return;
    this.members.set(node.outputs[0]!, input);
    // Indices of a MaxPool do not scale, but they do not change either.
  }

  private join(node: Node): void {
    const parts = node.inputs.map((name) => this.members.get(name));
    if (parts.every((part) => part !== undefined)) {
      this.members.set(node.outputs[0]!, Int32Array.from(parts.flatMap((part) => [...part])));
    } else this.freezeInputs(node);
  }

  private add(node: Node): void {
    const [a, b] = node.inputs.map((name) => this.members.get(name));
    if (a?.length !== b?.length || !a || !b) {
      this.freezeInputs(node);
      return;
    }
    for (let c = 0; c < a.length; c++) this.unite(a[c]!, b[c]!);
    this.members.set(node.outputs[0]!, a);
  }

  private freezeInputs(node: Node): void {
    for (const name of node.inputs) {
      const classes = this.members.get(name);
      if (classes) this.freeze(classes);
    }
    for (const subgraph of node.subgraphs()) {
      for (const [value, classes] of this.members) {
        if (this.index.uses(value).some((use) => use.graph === subgraph)) this.freeze(classes);
      }
    }
  }

  /** Values that the caller, or a subgraph, sees. */
  private leaves(value: string): boolean {
    return this.index.isOutput(value) || this.index.uses(value).some((use) => use.graph !== this.model.graph);
  }

  private newMember(): number {
    this.frozenMembers.push(false);
    return this.parents.push(this.parents.length) - 1;
  }

  private root(member: number): number {
    let root = member;
    while (this.parents[root] !== root) root = this.parents[root]!;
    for (let at = member; at !== root; ) {
      const next = this.parents[at]!;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }

  private unite(a: number, b: number): void {
    this.parents[this.root(a)] = this.root(b);
  }

  private freeze(classes: Int32Array): void {
    for (const member of classes) this.frozenMembers[member] = true;
  }
}
