/** Channels that stand at the same places: the output of one layer, or of all layers that are added together. */

import type { Node } from '../../../model/node.ts';
import type { ChannelTracker, Consumed, Produced } from './tracker.ts';

/** One channel of a group: everywhere it stands, it goes as a whole. */
export interface Channel {
  /** Its class in the tracker. */
  readonly id: number;
  /** Its indices along each of the group's `produced` axes, in that order. */
  readonly produced: readonly (readonly number[])[];
  /** The same along the `consumed` axes. */
  readonly consumed: readonly (readonly number[])[];
}

export interface ChannelGroup {
  /** Stable within one model: the position among its groups. */
  readonly id: number;
  readonly channels: readonly Channel[];
  /** Layers that make the channels; at least one. */
  readonly produced: readonly Produced[];
  /** Layers that mix them. */
  readonly consumed: readonly Consumed[];
}

/** What to call a group: the first of the layers that make it. */
export function groupName({ produced }: ChannelGroup): string {
  return produced[0]!.node.label;
}

/** The layers of a group, makers first. */
export function groupNodes({ produced, consumed }: ChannelGroup): Node[] {
  return [...new Set([...produced, ...consumed].map(({ node }) => node))];
}

/** Along which axes (by index in a list of them) a class stands, and where. */
interface Places {
  readonly produced: Map<number, number[]>;
  readonly consumed: Map<number, number[]>;
}

interface GrowingGroup {
  readonly made: readonly number[];
  readonly used: readonly number[];
  readonly channels: Channel[];
}

/** The groups of a model, in the order of the layers that make them. Channels that must stay are in none. */
export function channelGroups(tracker: ChannelTracker): ChannelGroup[] {
  const { classes, produced, consumed } = tracker;
  const places = new Map<number, Places>();
  const collect = (kind: 'produced' | 'consumed', list: readonly { readonly axis: Int32Array }[]): void => {
    for (const [k, { axis }] of list.entries()) {
      for (let i = 0; i < axis.length; i++) {
        const id = classes.find(axis[i]!);
        if (id === 0) continue;
        let place = places.get(id);
        if (!place) places.set(id, place = { produced: new Map(), consumed: new Map() });
        const indices = place[kind].get(k);
        if (indices) indices.push(i);
        else place[kind].set(k, [i]);
      }
    }
  };
  collect('produced', produced);
  collect('consumed', consumed);
  const groups = new Map<string, GrowingGroup>();
  for (const [id, place] of places) {
    if (place.produced.size === 0) continue;
    const made = [...place.produced.keys()];
    const used = [...place.consumed.keys()];
    const key = `${made.join()}|${used.join()}`;
    let group = groups.get(key);
    if (!group) groups.set(key, group = { made, used, channels: [] });
    group.channels.push({ id, produced: [...place.produced.values()], consumed: [...place.consumed.values()] });
  }
  return [...groups.values()].map(({ made, used, channels }, id) => ({
    id,
    channels,
    produced: made.map((k) => produced[k]!),
    consumed: used.map((k) => consumed[k]!),
  }));
}
