/** The values of one graph while it is inferred, and what was found wrong in it. */

import type { Graph } from '../graph.ts';
import type { Node } from '../node.ts';
import type { Known } from './known.ts';

/** Something that cannot be right. */
export interface ShapeProblem {
  /** A sentence. */
  readonly message: string;
  /** The node's name, or what to call it when it has none. */
  readonly node?: string;
  readonly value?: string;
}

export class Scope {
  /** Absent inside functions. */
  readonly graph: Graph | undefined;
  /** What the names that the graph does not define refer to. */
  readonly outer: Scope | undefined;
  /** `undefined` where nothing that is found counts: code that cannot be reached. */
  readonly problems: ShapeProblem[] | undefined;
  /** What was inferred in the bodies of this graph's nodes, and in the functions that they call. */
  readonly bodies = new Map<Graph, Scope>();
  readonly calls = new Map<Node, Scope>();
  /** Inside functions: the nodes with the attributes of the call. */
  readonly boundNodes: Node[] = [];
  private readonly values = new Map<string, Known | undefined>();

  constructor(graph: Graph | undefined, outer: Scope | undefined, problems: ShapeProblem[] | undefined) {
    this.graph = graph;
    this.outer = outer;
    this.problems = problems;
  }

  /** Also `undefined` is worth setting: it hides a value of the same name outside. */
  set(name: string, known: Known | undefined): void {
    this.values.set(name, known);
  }

  get(name: string): Known | undefined {
    const known = this.values.get(name);
    if (known) return known;
    if (!this.outer || this.values.has(name)) return undefined;
    return this.outer.get(name);
  }

  report(message: string, place: Omit<ShapeProblem, 'message'>): void {
    this.problems?.push({ message, ...place });
  }
}
