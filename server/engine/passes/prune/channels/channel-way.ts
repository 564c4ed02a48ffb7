/** The step `prune` with `method: channels`. */

import { summarize } from '../../../analysis/cost.ts';
import { storedTensorBytes } from '../../../formats/onnx/model-tensors.ts';
import type { Model } from '../../../model/model.ts';
import { groupBy } from '../../../util/group-by.ts';
import { listInWords } from '../../../util/nearest.ts';
import { plural } from '../../../util/words.ts';
import type { PassNote, PlannedLayer } from '../../pass.ts';
import { percent, type PruneWay } from '../way.ts';
import { cutChannels } from './cut-channels.ts';
import { groupName } from './groups.ts';
import { planChannels, prunedLayers, pruneChannels, removedChannels, type PrunedGroup } from './prune-channels.ts';
import { trackChannels } from './track-channels.ts';
import type { ChannelTracker } from './tracker.ts';

export const channelWay: PruneWay = {
  plan(model, options) {
    const tracker = trackChannels(model);
    const groups = planChannels(tracker, options, new Map(), 0);
    const pruned = prunedLayers(groups);
    const costs = new Map(summarize(model).layers.map((layer) => [layer.name, layer.weightBytes]));
    const layers = [...pruned].map(([node, { before, after }]): PlannedLayer => {
      const weightBytes = costs.get(node.label) ?? 0;
      return {
        name: node.label,
        opType: node.opType,
        action: `${after} of ${before}`,
        weightBytes,
        predictedBytes: Math.round((weightBytes * after) / before),
      };
    });
    const cut = cutChannels(tracker, removedChannels(groups));
    const notes = [...notesOn(groups, tracker), shareNote(model, cut), ...groupNotes(groups)];
    return { layers, notes };
  },
  async apply(model, options, context) {
    const result = await pruneChannels(model, options, context);
    const layers = [...prunedLayers(result.groups)].map(([node, count]) => ({
      name: node.label,
      opType: node.opType,
      action: 'pruned',
      reason: `${count.after} of ${count.before} channels stay`,
    }));
    const notes = [...notesOn(result.groups, result.tracker), shareNote(model, result.model)];
    if (result.reconstructed > 0) {
      const message = `The weights of ${result.reconstructed} layers were fitted again to make up for what went.`;
      notes.push({ severity: 'info', message });
    }
    return { model: result.model, layers, notes };
  },
};

function notesOn(groups: readonly PrunedGroup[], { unknown }: ChannelTracker): PassNote[] {
  const byOperator = groupBy(unknown, (node) => node.opType);
  const notes = [...byOperator].map(([opType, [first, ...others]]): PassNote => ({
    severity: 'info',
    message: `The channels that go into ${first!.label} stay whole: what ${opType} does with them is not known`
      + `${others.length > 0 ? `; so it is with ${plural(others.length, 'other node')}` : ''}.`,
    node: first!.label,
  }));
  if (groups.length > 0) return notes;
  const message = 'No layer has channels that can go: all of them leave the model, or are normalized together.';
  return [...notes, { severity: 'warning', message }];
}

/** What is left of the model. */
function shareNote(before: Model, after: Model): PassNote {
  const [whole, left] = [summarize(before), summarize(after)];
  const macs = whole.macs !== undefined && left.macs !== undefined
    ? `, ${percent(left.macs / whole.macs)} of the multiply-accumulates`
    : '';
  const bytes = storedTensorBytes(after) / Math.max(1, storedTensorBytes(before));
  const message = `${percent(left.parameters / Math.max(1, whole.parameters))} of the parameters stay${macs}, `
    + `${percent(bytes)} of the bytes of constants.`;
  return { severity: 'info', message };
}

/** Layers whose channels go together: a note for each group of several. */
function groupNotes(groups: readonly PrunedGroup[]): PassNote[] {
  return groups.flatMap(({ ranked: { group }, removed }) => {
    const makers = new Set(group.produced.map(({ node }) => node.label));
    if (removed === 0 || makers.size < 2) return [];
    const message = `${listInWords([...makers])} lose ${removed} of ${group.channels.length} channels together.`;
    return [{ severity: 'info', message, node: groupName(group) }];
  });
}
