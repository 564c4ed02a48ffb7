/** Finding nodes by name, operator or tensor. */

import type { GraphStructure } from '../../../protocol/graph/structure.ts';
import type { Links } from '../model/links.ts';

export type MatchedBy = 'operator' | 'name' | 'tensor';

export interface SearchHit {
  readonly node: number;
  readonly by: MatchedBy;
  /** What the query was found in. */
  readonly text: string;
}

/** Lower-case texts, made once: a query looks at each. */
export class SearchIndex {
  readonly #names: readonly string[];
  readonly #tensors: readonly string[];
  readonly #ops: readonly string[];
  readonly #graph: GraphStructure;
  readonly #links: Links;

  constructor(graph: GraphStructure, links: Links) {
    this.#graph = graph;
    this.#links = links;
    this.#names = graph.names.map((name) => name.toLowerCase());
    this.#tensors = graph.tensorNames.map((name) => name.toLowerCase());
    this.#ops = graph.opTypes.map((name) => name.toLowerCase());
  }

  /**
   * Each node once: those found by operator or name in the order of the graph, then those found by tensor. Every word
   * of the query must occur in the operator, the name or one of the tensors that the node makes, whatever its case.
   */
  find(query: string): SearchHit[] {
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return [];
    const perWord = words.map((word) => this.#match(word));
    const hits: SearchHit[] = [];
    for (let node = 0; node < this.#names.length; node++) {
      if (!perWord.every((matches) => matches(node))) continue;
      hits.push(this.#hit(node, words));
    }
    return [...hits.filter(({ by }) => by !== 'tensor'), ...hits.filter(({ by }) => by === 'tensor')];
  }

  #match(word: string): (node: number) => boolean {
    const ops = this.#ops.map((op) => op.includes(word));
    const byTensor = new Uint8Array(this.#names.length);
    this.#tensors.forEach((tensor, t) => {
      if (!tensor.includes(word)) return;
      for (const node of this.#makers(t)) byTensor[node] = 1;
    });
    return (node) => ops[this.#graph.opType[node]!] === true || byTensor[node] === 1
      || this.#names[node]!.includes(word);
  }

  #hit(node: number, words: readonly string[]): SearchHit {
    const { opTypes, opType, names, tensorNames } = this.#graph;
    const op = opType[node]!;
    const inAny = (text: string): boolean => words.some((word) => text.includes(word));
    if (op >= 0 && inAny(this.#ops[op]!)) return { node, by: 'operator', text: opTypes[op]! };
    if (inAny(this.#names[node]!)) return { node, by: 'name', text: names[node]! };
    const tensor = this.#tensorsOf(node).find((t) => inAny(this.#tensors[t]!));
    return { node, by: 'tensor', text: tensor === undefined ? '' : tensorNames[tensor]! };
  }

  #tensorsOf(node: number): number[] {
    const { outStart, outgoing } = this.#links;
    const tensors: number[] = [];
    for (let i = outStart[node]!; i < outStart[node + 1]!; i++) tensors.push(this.#graph.tensor[outgoing[i]!]!);
    return tensors;
  }

  /** By tensor, made when first needed: the node it comes from. */
  #sourceOf: Int32Array | undefined;

  #makers(tensor: number): number[] {
    if (!this.#sourceOf) {
      this.#sourceOf = new Int32Array(this.#tensors.length).fill(-1);
      const { tensor: tensors, source } = this.#graph;
      for (let e = 0; e < tensors.length; e++) this.#sourceOf[tensors[e]!] = source[e]!;
    }
    const node = this.#sourceOf[tensor]!;
    return node < 0 ? [] : [node];
  }
}
