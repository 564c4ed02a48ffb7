/** The step `prune` with `method: channels`. */

import { summarize } from '../../../analysis/cost.ts';
import type { PassNote, PlannedLayer } from '../../pass.ts';
import { percent, type PruneWay } from '../way.ts';
import { planChannels, prunedLayers, pruneChannels, type PrunedGroup } from './prune-channels.ts';
import { trackChannels } from './track-channels.ts';

export const channelWay: PruneWay = {
  plan(model, options) {
    const groups = planChannels(trackChannels(model), options, new Map(), 0);
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
    return { layers, notes: notesOn(groups) };
  },
  async apply(model, options, context) {
    const result = await pruneChannels(model, options, context);
    const before = summarize(model);
    const after = summarize(result.model);
    const layers = [...prunedLayers(result.groups)].map(([node, count]) => ({
      name: node.label,
      opType: node.opType,
      action: 'pruned',
      reason: `${count.after} of ${count.before} channels stay`,
    }));
    const macs = before.macs !== undefined && after.macs !== undefined
      ? `, ${percent(after.macs / before.macs)} of the multiply-accumulates`
      : '';
    const notes: PassNote[] = [
      ...notesOn(result.groups),
      {
        severity: 'info',
        message: `${percent(after.parameters / before.parameters)} of the parameters stay${macs}.`,
      },
    ];
    if (result.reconstructed > 0) {
      const message = `The weights of ${result.reconstructed} layers were fitted again to make up for what went.`;
      notes.push({ severity: 'info', message });
    }
    return { model: result.model, layers, notes };
  },
};

function notesOn(groups: readonly PrunedGroup[]): PassNote[] {
  if (groups.length > 0) return [];
  const message = 'No layer has channels that can go: all of them leave the model, or are normalized together.';
  return [{ severity: 'warning', message }];
}
