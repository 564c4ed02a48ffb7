/** Which node of one model is which of the other, and all differences in one order. */

import type { NodeStatus, StructureComparison } from '../../protocol/model.ts';
import type { GraphModel } from '../graph/model/graph-model.ts';
import type { Difference } from './status.ts';

export type Side = 'a' | 'b';

export const otherSide = { a: 'b', b: 'a' } as const satisfies Record<Side, Side>;

/** A difference: its node in either model, -1 where there is none. */
export interface DifferentNodes {
  readonly status: Difference;
  readonly a: number;
  readonly b: number;
}

export class Matching {
  readonly models: Readonly<Record<Side, GraphModel>>;
  readonly status: Readonly<Record<Side, readonly NodeStatus[]>>;
  /** By node: its counterpart in the other model, -1 for none. */
  readonly counterpart: Readonly<Record<Side, Int32Array>>;
  /** In the order of the first model; what was added stands after the node that it follows in the second. */
  readonly differences: readonly DifferentNodes[];

  constructor(a: GraphModel, b: GraphModel, structure: StructureComparison) {
    this.models = { a, b };
    this.status = { a: structure.statusOfA, b: structure.statusOfB };
    const backward = new Int32Array(b.nodeCount).fill(-1);
    structure.counterpart.forEach((counterpart, node) => {
      if (counterpart >= 0) backward[counterpart] = node;
    });
    this.counterpart = { a: Int32Array.from(structure.counterpart), b: backward };
    this.differences = differencesOf(structure, backward);
  }

  /** The difference that a node takes part in, -1 for none. */
  find(side: Side, node: number): number {
    return this.differences.findIndex((difference) => difference[side] === node);
  }

  /** Nodes with the status; those of both models count once. */
  count(status: NodeStatus): number {
    const inA = this.status.a.filter((found) => found === status).length;
    return status === 'added' ? this.status.b.filter((found) => found === status).length : inA;
  }
}

function differencesOf(
  { statusOfA, statusOfB, counterpart }: StructureComparison,
  backward: Int32Array,
): DifferentNodes[] {
  const placed: { readonly at: number; readonly difference: DifferentNodes }[] = [];
  statusOfA.forEach((status, a) => {
    if (status !== 'same') placed.push({ at: a, difference: { status, a, b: counterpart[a] ?? -1 } });
  });
  let after = -1;
  statusOfB.forEach((status, b) => {
    if (backward[b]! >= 0) after = backward[b]!;
    // The nodes that quantize and dequantize belong to the layers around them: those are listed.
    else if (status === 'added') placed.push({ at: after + 0.5, difference: { status, a: -1, b } });
  });
  // Sorting is stable: several nodes added at one place keep their order.
  return placed.sort((x, y) => x.at - y.at).map(({ difference }) => difference);
}
