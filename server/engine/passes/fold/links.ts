/** Who makes and who uses each value of one graph, as records that edits keep up to date. */

import type { Node } from '../../model/node.ts';

/** A place where a value is read: input `index` of `node`. */
export interface Place {
  readonly node: Node;
  readonly index: number;
}

export class Links<Use extends Place> {
  private readonly producers = new Map<string, Node>();
  private readonly usesOf = new Map<string, Set<Use>>();
  /** The uses that each node of the graph makes, input by input. */
  private readonly usesBy = new Map<Node, Use[]>();

  /** Enters a node; `makeUse` makes the record of one of its inputs. */
  enter(node: Node, makeUse: (index: number) => Use): readonly Use[] {
    for (const output of node.outputs) if (output) this.producers.set(output, node);
    const uses = node.inputs.map((_, index) => makeUse(index));
    this.usesBy.set(node, uses);
    return uses;
  }

  has(node: Node): boolean {
    return this.usesBy.has(node);
  }

  producer(value: string): Node | undefined {
    return this.producers.get(value);
  }

  setProducer(value: string, node: Node | undefined): void {
    if (node) this.producers.set(value, node);
    else this.producers.delete(value);
  }

  /** The records of the inputs of a node of the graph; the array is the caller's to keep in step with the inputs. */
  usesBySlot(node: Node): Use[] {
    return this.usesBy.get(node) ?? [];
  }

  /** Who reads a value that this graph defines. */
  uses(value: string): ReadonlySet<Use> {
    return this.usesOf.get(value) ?? none;
  }

  addUse(value: string, use: Use): void {
    const uses = this.usesOf.get(value);
    if (uses) uses.add(use);
    else this.usesOf.set(value, new Set([use]));
  }

  dropUse(value: string, use: Use): void {
    this.usesOf.get(value)?.delete(use);
  }

  /** Forgets a node; what it read must be dropped where it is defined. */
  leave(node: Node): void {
    for (const output of node.outputs) if (this.producers.get(output) === node) this.producers.delete(output);
    this.usesBy.delete(node);
  }
}

const none: ReadonlySet<never> = new Set<never>();
