/**
 * The reference for structural pruning: the whole network, with removed channels set to zero wherever they appear. It
 * shares nothing with the code that makes tensors smaller: every value that holds such a channel is multiplied by a
 * mask.
 */

import { Node } from '../../server/engine/model/node.ts';
import type { Model } from '../../server/engine/model/model.ts';
import { Tensor } from '../../server/engine/model/tensor.ts';
import type { ChannelTracker } from '../../server/engine/passes/prune/channels/tracker.ts';

export function maskedModel(tracker: ChannelTracker, removed: ReadonlySet<number>): Model {
  const masked = tracker.model.clone();
  const axesOf = new Map(tracker.tracked());
  masked.graph.nodes = masked.graph.nodes.flatMap((node) => {
    const added: Node[] = [];
    for (const [i, output] of node.outputs.entries()) {
      let last: Node | undefined;
      const axes = tracker.constant(output) ? [] : axesOf.get(output) ?? [];
      for (const [at, axis] of axes.entries()) {
        if (!axis) continue;
        const kept = Float32Array.from(axis, (element) => (removed.has(tracker.classes.find(element)) ? 0 : 1));
        if (kept.every((value) => value === 1)) continue;
        const name = `${output}/masked${at}`;
        const dims = axes.map((_, k) => (k === at ? axis.length : 1));
        masked.graph.initializers.set(`${name}/mask`, Tensor.fromBytes(`${name}/mask`, 'float32', dims, kept));
        // The node writes under another name, and the mask's product takes its old one.
        if (last) last.outputs[0] = `${name}/in`;
        else node.outputs[i] = `${name}/in`;
        last = new Node({ opType: 'Mul', inputs: [`${name}/in`, `${name}/mask`], outputs: [output] });
        added.push(last);
      }
    }
    return [node, ...added];
  });
  return masked;
}

/** The share `ratio` of the channels of every group, spread evenly; at least one of each group stays. */
export function someChannels(
  groups: readonly { readonly channels: readonly { readonly id: number }[] }[],
  ratio: number,
): Set<number> {
  const removed = new Set<number>();
  for (const { channels } of groups) {
    const count = Math.min(channels.length - 1, Math.round(channels.length * ratio));
    for (let i = 0; i < count; i++) removed.add(channels[Math.floor((i * channels.length) / count)]!.id);
  }
  return removed;
}
