/** How much batch norms scale each channel: what training drives to zero where a channel is not needed. */

import type { ChannelTracker } from './tracker.ts';

/** Sum of |scale| over the batch norms of a channel, by its class (Liu et al., network slimming, 2017). */
export function batchNormScales(tracker: ChannelTracker): Map<number, number> {
  const { model, constants, classes } = tracker;
  const scales = new Map<number, number>();
  for (const node of model.graph.nodes) {
    const name = node.is('BatchNormalization') ? node.input(1) : undefined;
    const values = constants.tensor(name)?.toFloat32();
    const axis = tracker.axes(name)[0];
    if (!values || axis?.length !== values.length) continue;
    for (let i = 0; i < values.length; i++) {
      const id = classes.find(axis[i]!);
      scales.set(id, (scales.get(id) ?? 0) + Math.abs(values[i]!));
    }
  }
  return scales;
}
