/**
 * What each group of channels bears: the metric and the outputs with shares of one group's channels gone, those that
 * cost least first, and the others whole. A variant of the network runs from before the group's first layer to behind
 * its last one; everything behind that is the whole network's (see `sweep.ts`).
 */

import type { Dataset } from '../data/dataset.ts';
import type { Metric, MetricResult } from '../data/metrics/metric.ts';
import { decisionOf } from './decision.ts';
import type { OutputChoice } from '../data/metrics/outputs.ts';
import { throwIfCancelled } from '../errors.ts';
import { modelCosts } from '../analysis/layer-costs.ts';
import type { Model } from '../model/model.ts';
import type { Dim } from '../model/types.ts';
import type { PassContext } from '../passes/pass.ts';
import { countFor, RemainingCost, stepOf } from '../passes/prune/channels/choose-counts.ts';
import { cutChannels } from '../passes/prune/channels/cut-channels.ts';
import { channelGroups, groupName, groupNodes, type ChannelGroup } from '../passes/prune/channels/groups.ts';
import { observeChannels } from '../passes/prune/channels/observe-channels.ts';
import { rankChannels } from '../passes/prune/channels/rank-channels.ts';
import { reconstructed } from '../passes/prune/channels/reconstruct.ts';
import { trackChannels } from '../passes/prune/channels/track-channels.ts';
import type { ChannelTracker } from '../passes/prune/channels/tracker.ts';
import { Random } from '../util/random.ts';
import { cutModel } from './boundaries.ts';
import { Sweep, type Variant } from './sweep.ts';
import { Tally, type Drop } from './tally.ts';

export interface PruningStudyOptions {
  /** Float, folded. */
  readonly model: Model;
  readonly data: Dataset;
  readonly metric: Metric;
  readonly output: OutputChoice;
  readonly context: PassContext;
  readonly ratios: readonly number[];
  /** Every variant on every sample. */
  readonly exhaustive: boolean;
}

export interface GroupShare {
  readonly ratio: number;
  readonly removed: number;
  readonly parametersSaved: number;
  readonly macsSaved: number;
  readonly drop: Drop | undefined;
  readonly sqnrDb: number | undefined;
}

export interface GroupFinding {
  readonly name: string;
  readonly layers: readonly string[];
  readonly channels: number;
  readonly shares: readonly GroupShare[];
}

export interface PruningStudy {
  /** In the order of the network. */
  readonly groups: readonly GroupFinding[];
  readonly baseline: MetricResult;
  /** Samples on which variants ran. */
  readonly samples: number;
}

const mostParts = 16;
/** What all variants may take, in evaluations of the network, and the fewest samples whatever they take. */
const evaluations = 8;
const fewestSamples = 24;

interface Studied {
  readonly ratio: number;
  readonly removed: number;
  readonly variant: Variant;
  readonly tally: Tally;
}

/** Throws `DATA` and what the runtime throws. A network without a group that may lose channels has no groups. */
export async function studyPruning(options: PruningStudyOptions): Promise<PruningStudy> {
  const { model, data, metric, output, context, ratios, exhaustive } = options;
  const { threads, signal, seed } = context;
  const tracker = trackChannels(model);
  const groups = channelGroups(tracker);
  const moments = await observeChannels(model, tracker.consumed, context.calibration ?? data, context);
  const order = new Random(seed, 0x9a1).shuffle(Array.from({ length: data.size }, (_, i) => i));
  const shuffled = data.carry ? data : data.subset(order);
  const { feeds } = await shuffled.at(0);
  const dims = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, value.dims as Dim[]]));
  const cuts = cutModel(model, { feeds: dims, parts: mostParts, together: [] });
  const sweep = await Sweep.open(await context.runtime(), model, cuts, { threads, signal });
  try {
    const studied: Studied[][] = [];
    for (const [i, group] of groups.entries()) {
      const { order: ranking } = rankChannels(group, (name) => tracker.constant(name)!, moments, 'auto', seed);
      const [first, last] = extent(model, group);
      const shares: Studied[] = [];
      for (const ratio of ratios) {
        const removed = countFor(group, ratio, stepOf(group, undefined));
        const gone = new Set(ranking.slice(0, removed).map((channel) => group.channels[channel]!.id));
        const cut = cutChannels(tracker, gone, reconstructed(tracker, gone, moments));
        shares.push({ ratio, removed, variant: await sweep.load(cut, first, last), tally: new Tally(metric) });
      }
      studied.push(shares);
      context.progress('Preparing groups of channels', i + 1, groups.length);
    }
    const once = studied.flat().reduce((sum, { variant }) => sum + variant.cost, 1);
    const affordable = Math.max(fewestSamples, Math.floor((evaluations * data.size) / once));
    const samples = exhaustive ? data.size : Math.min(data.size, affordable);
    const baseline = metric.run();
    for await (const sample of shuffled.samples({ end: samples, ...(signal && { signal }) })) {
      throwIfCancelled(signal);
      const base = await sweep.begin(sample.feeds);
      if (metric.needs === 'labels') baseline.add(sample, base);
      else baseline.add(sample, base, base);
      const before = decisionOf(base, output);
      for (const { variant, tally } of studied.flat()) {
        const { outputs, errors } = await sweep.run(variant, true);
        tally.add(errors, true, before, before && decisionOf(outputs!, output));
        tally.addToMetric(sample, outputs!, base);
      }
      context.progress('Pruning each group alone', studied[0]?.[0]?.tally.samples ?? 0, samples);
    }
    const found = groups.map((group, i) => groupFinding(group, studied[i]!, tracker, context));
    return { groups: found, baseline: baseline.result(), samples };
  } finally {
    await sweep.close();
  }
}

/** Indices of the first and last node that a group's channels reach. */
function extent({ graph }: Model, group: ChannelGroup): readonly [number, number] {
  const places = groupNodes(group).map((node) => graph.nodes.indexOf(node)).filter((place) => place >= 0);
  return [Math.min(...places), Math.max(...places)];
}

function groupFinding(
  group: ChannelGroup,
  studied: readonly Studied[],
  { model }: ChannelTracker,
  { seed }: PassContext,
): GroupFinding {
  const costs = new Map(modelCosts(model).layers.map((layer) => [layer.node, layer]));
  const saved = (what: 'parameters' | 'macs', count: number): number => {
    const remaining = new RemainingCost(model.graph.nodes, (node) => costs.get(node)?.[what] ?? 0);
    return remaining.total === 0 ? 0 : remaining.saving(group, count) / remaining.total;
  };
  return {
    name: groupName(group),
    layers: groupNodes(group).map(({ label }) => label),
    channels: group.channels.length,
    shares: studied.map(({ ratio, removed, tally }) => ({
      ratio,
      removed,
      parametersSaved: saved('parameters', removed),
      macsSaved: saved('macs', removed),
      drop: tally.drop(seed),
      sqnrDb: tally.summary({ margins: [] }).sqnrDb,
    })),
  };
}
