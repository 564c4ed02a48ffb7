/** Structural pruning from options to a smaller model. */

import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { summarize } from '../../../analysis/cost.ts';
import type { PassContext } from '../../pass.ts';
import { layerRatios } from '../layer-rules.ts';
import type { PruneOptions } from '../options.ts';
import { countFor, countsForTarget, RemainingCost, stepOf, type CostOf } from './choose-counts.ts';
import { cutChannels } from './cut-channels.ts';
import { channelGroups, groupNodes, type ChannelGroup } from './groups.ts';
import { observeChannels, type ChannelMoments } from './observe-channels.ts';
import { refit } from '../refit.ts';
import { rankChannels, type RankedGroup } from './rank-channels.ts';
import { reconstructed } from './reconstruct.ts';
import { batchNormScales } from './batch-norm-scales.ts';
import { trackChannels } from './track-channels.ts';
import type { ChannelTracker } from './tracker.ts';

/** What goes from one group. */
export interface PrunedGroup {
  readonly ranked: RankedGroup;
  readonly removed: number;
}

export interface PrunedChannels {
  readonly model: Model;
  /** Of the model before. */
  readonly tracker: ChannelTracker;
  readonly groups: readonly PrunedGroup[];
  /** Layers whose weights make up for what went. */
  readonly reconstructed: number;
}

/** What would be removed. `moments` may be empty: then weights decide. */
export function planChannels(
  tracker: ChannelTracker,
  options: PruneOptions,
  moments: ReadonlyMap<string, ChannelMoments>,
  seed: number,
): PrunedGroup[] {
  const weights = (name: string) => tracker.constant(name)!;
  const ratioFor = layerRatios(options);
  const ratios = (group: ChannelGroup): number | undefined => ratioFor(group.produced.map(({ node }) => node));
  const groups = channelGroups(tracker).filter((group) => ratios(group) !== 0);
  const scales = options.importance === 'batch-norm' ? batchNormScales(tracker) : undefined;
  const ranked = groups.map((group) => rankChannels(group, weights, moments, options.importance, seed, scales));
  const step = (group: ChannelGroup): number => stepOf(group, options.multipleOf);
  const { macs, parameters, bytes } = options.target ?? {};
  const share = macs ?? parameters ?? bytes;
  const counts = share === undefined
    ? ranked.map(({ group }) => countFor(group, ratios(group) ?? options.ratio!, step(group)))
    : countsToTarget(tracker.model, ranked, share, options, ratios, step);
  return ranked.map((group, i) => ({ ranked: group, removed: counts[i]! }));
}

function countsToTarget(
  model: Model,
  ranked: readonly RankedGroup[],
  share: number,
  options: PruneOptions,
  ratios: (group: ChannelGroup) => number | undefined,
  step: (group: ChannelGroup) => number,
): number[] {
  const costOf = costsOf(model, options);
  const remaining = new RemainingCost(model.graph.nodes, costOf);
  const goal = remaining.total * share;
  // What the recipe sets for single layers comes first, and counts towards the target.
  const fixed = ranked.map(({ group }) => {
    const ratio = ratios(group);
    if (ratio === undefined) return undefined;
    const count = countFor(group, ratio, step(group));
    remaining.remove(group, count);
    return count;
  });
  const free = ranked.filter((_, i) => fixed[i] === undefined);
  const counts = countsForTarget(free, remaining, Math.min(1, goal / remaining.total), step).values();
  return fixed.map((count) => count ?? counts.next().value!);
}

/** Cost by node; what is not known counts as nothing. */
function costsOf(model: Model, { target }: PruneOptions): CostOf {
  const what = target?.macs !== undefined ? 'macs' : target?.bytes !== undefined ? 'weightBytes' : 'parameters';
  const layers = summarize(model).layers;
  const byName = new Map(layers.map((layer) => [layer.name, layer[what] ?? 0]));
  return (node) => byName.get(node.label) ?? 0;
}

/** Removes channels, and lets those that stay make up for them where there are data. */
export async function pruneChannels(
  model: Model,
  options: PruneOptions,
  context: PassContext,
): Promise<PrunedChannels> {
  const tracker = trackChannels(model);
  const data = context.calibration;
  const wanted = options.reconstruct || ['auto', 'error', 'activation'].includes(options.importance);
  const moments = data && wanted
    ? await observeChannels(model, tracker.consumed, data, context)
    : new Map<string, ChannelMoments>();
  const groups = planChannels(tracker, options, moments, context.seed);
  const removed = removedChannels(groups);
  const replaced = options.reconstruct ? reconstructed(tracker, removed, moments) : new Map<string, never>();
  const pruned = cutChannels(tracker, removed, replaced);
  const axes = new Map(tracker.tracked());
  const keptOf = (value: string): number[] | undefined => {
    // Channels are along axis 1, or along the last of matrices.
    const own = axes.get(value) ?? [];
    const axis = own.find((candidate) => candidate !== null);
    if (!axis) return undefined;
    const kept = [...axis.keys()].filter((i) => !removed.has(tracker.classes.find(axis[i]!)));
    return kept.length === axis.length ? undefined : kept;
  };
  const fitted = options.reconstruct && data && removed.size > 0
    ? await refit(model, pruned, { keptOf }, data, context)
    : 0;
  return { model: pruned, tracker, groups, reconstructed: Math.max(fitted, replaced.size) };
}

/** The classes that go. */
export function removedChannels(groups: readonly PrunedGroup[]): Set<number> {
  return new Set(groups.flatMap(({ ranked: { order, group }, removed }) =>
    order.slice(0, removed).map((i) => group.channels[i]!.id)));
}

/** The layers of the groups that lose something, with the numbers of channels before and after. */
export function prunedLayers(groups: readonly PrunedGroup[]): Map<Node, { before: number; after: number }> {
  const layers = new Map<Node, { before: number; after: number }>();
  for (const { ranked: { group }, removed } of groups) {
    if (removed === 0) continue;
    for (const node of groupNodes(group)) {
      const made = group.produced.findIndex((place) => place.node === node);
      if (made < 0) continue;
      const places = group.channels[0]!.produced[made]!.length;
      const before = layers.get(node)?.before ?? group.produced[made]!.axis.length;
      const after = (layers.get(node)?.after ?? before) - removed * places;
      layers.set(node, { before, after });
    }
  }
  return layers;
}
