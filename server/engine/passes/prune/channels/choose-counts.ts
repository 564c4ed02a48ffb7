/** How many channels each group loses: the same share of all, or where it costs least until a target is reached. */

import type { Node } from '../../../model/node.ts';
import type { ChannelGroup } from './groups.ts';
import type { RankedGroup } from './rank-channels.ts';

/** Multiply-accumulates, or parameters, of a node in the model as it is. */
export type CostOf = (node: Node) => number;

/** Channels of a group stay in steps of this. */
export function stepOf({ channels }: ChannelGroup, multipleOf: number | undefined): number {
  if (multipleOf !== undefined) return multipleOf;
  // Vectors of eight floats: the kernels of wide layers fill them.
  if (channels.length >= 64) return 8;
  return channels.length >= 32 ? 4 : channels.length >= 16 ? 2 : 1;
}

/** The number to remove that is nearest to `ratio`, so that a multiple of the step stays, and at least one step. */
export function countFor(group: ChannelGroup, ratio: number, step: number): number {
  const size = group.channels.length;
  const kept = Math.max(step, Math.round((size * (1 - ratio)) / step) * step);
  return Math.max(0, size - Math.min(size, kept));
}

/** What the model would cost with some channels gone, kept up to date as they go. */
export class RemainingCost {
  /** Share of each node's inputs and outputs that stays. */
  private readonly shares = new Map<Node, { inputs: number; outputs: number }>();
  private readonly costOf: CostOf;
  total: number;

  constructor(nodes: Iterable<Node>, costOf: CostOf) {
    this.costOf = costOf;
    this.total = 0;
    for (const node of nodes) this.total += costOf(node);
  }

  /** What removing `count` more channels of the group saves. */
  saving(group: ChannelGroup, count: number): number {
    let saved = 0;
    for (const [node, { inputs, outputs }] of this.after(group, count)) {
      const now = this.shares.get(node) ?? { inputs: 1, outputs: 1 };
      saved += this.costOf(node) * (now.inputs * now.outputs - inputs * outputs);
    }
    return saved;
  }

  remove(group: ChannelGroup, count: number): void {
    this.total -= this.saving(group, count);
    for (const [node, shares] of this.after(group, count)) this.shares.set(node, shares);
  }

  private after(group: ChannelGroup, count: number): Map<Node, { inputs: number; outputs: number }> {
    const changed = new Map<Node, { inputs: number; outputs: number }>();
    const shrink = (kind: 'produced' | 'consumed', side: 'inputs' | 'outputs'): void => {
      for (const [k, { node, axis }] of group[kind].entries()) {
        const shares = changed.get(node) ?? { ...this.shares.get(node) ?? { inputs: 1, outputs: 1 } };
        // All channels of a group stand at equally many places of an axis.
        const places = group.channels[0]![kind][k]?.length ?? 0;
        shares[side] = Math.max(0, shares[side] - (places * count) / axis.length);
        changed.set(node, shares);
      }
    };
    shrink('produced', 'outputs');
    shrink('consumed', 'inputs');
    return changed;
  }
}

/**
 * Takes channels step by step from the group that loses least for what it saves, until `target` (a share of the cost
 * now) is reached or every group is down to one step.
 */
export function countsForTarget(
  ranked: readonly RankedGroup[],
  remaining: RemainingCost,
  target: number,
  stepFor: (group: ChannelGroup) => number,
): number[] {
  const counts = ranked.map(() => 0);
  const goal = remaining.total * target;
  while (remaining.total > goal) {
    let best: { at: number; step: number; price: number } | undefined;
    for (const [at, { group, cost }] of ranked.entries()) {
      const size = group.channels.length;
      const gone = counts[at]!;
      const unit = stepFor(group);
      // The first step leaves a multiple.
      const step = (size - gone) % unit || unit;
      if (size - gone - step < unit) continue;
      const saved = remaining.saving(group, step);
      if (saved <= 0) continue;
      const price = (cost[gone + step]! - cost[gone]!) / saved;
      if (!best || price < best.price) best = { at, step, price };
    }
    if (!best) break;
    remaining.remove(ranked[best.at]!.group, best.step);
    counts[best.at]! += best.step;
  }
  return counts;
}
