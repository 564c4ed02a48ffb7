/** The step `prune` with `method: low-rank`: layers become two thinner ones where that saves work. */

import { summarize } from '../../../analysis/cost.ts';
import { throwIfCancelled } from '../../../errors.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import type { GramResult } from '../../../runtime/observers/gram.ts';
import type { LayerAction, PassNote, PlannedLayer } from '../../pass.ts';
import { patchShape } from '../../quantize/static/patches.ts';
import { layerRatios } from '../layer-rules.ts';
import type { PruneOptions } from '../options.ts';
import { refit } from '../refit.ts';
import { observeInputs } from '../sparse/observe-inputs.ts';
import { rowsOf, sparseLayers, type SparseLayer } from '../sparse/sparse-layer.ts';
import { percent, type PruneWay } from '../way.ts';
import { chooseCuts, cutsOf, type Cut, type LayerCuts, type RankGoal } from './choose-ranks.ts';
import { channelFactors, spaceFactors } from './factor.ts';
import { replaceLayer } from './replace-layer.ts';

/** Share of the outputs' energy that each layer may lose unless the recipe says otherwise. */
const usualError = 0.02;

interface ChosenCut {
  readonly layer: SparseLayer;
  readonly cut: Cut;
}

export const lowRankWay: PruneWay = {
  plan(model, options) {
    const layers = choose(model, options, new Map()).map(({ layer: { node, tensor }, cut }): PlannedLayer => ({
      name: node.label,
      opType: node.opType,
      action: `rank ${cut.rank}`,
      weightBytes: tensor.byteLength,
      predictedBytes: Math.round(tensor.byteLength * cut.parameters),
    }));
    return { layers, notes: notesOn(layers.length) };
  },
  async apply(model, options, context) {
    const data = context.calibration;
    const moments = data
      ? await observeInputs(model, candidates(model, options), data, context)
      : new Map<SparseLayer, GramResult>();
    const chosen = choose(model, options, byWeight(moments), (i, count) => {
      throwIfCancelled(context.signal);
      context.progress('Taking layers apart', i, count);
    });
    const result = model.clone();
    const editor = new GraphEditor(result);
    const nodes = new Map(model.graph.nodes.map((node, i) => [node, result.graph.nodes[i]!]));
    const changed = new Set(chosen.map(({ layer, cut }) => replaceLayer(editor, layer, nodes.get(layer.node)!, cut)));
    editor.finish();
    const fitted = options.reconstruct && data && chosen.length > 0
      ? await refit(model, result, { keptOf: () => undefined, changed }, data, context)
      : 0;
    const layers = chosen.map(({ layer: { node }, cut }): LayerAction => ({
      name: node.label,
      opType: node.opType,
      action: 'low-rank',
      reason: `rank ${cut.rank} ${cut.factors.split === 'space' ? 'over rows and columns' : 'of its channels'}, `
        + `${percent(cut.macs)} of the multiply-accumulates, ${(cut.error * 100).toFixed(1)} % of the energy lost `
        + 'before fitting',
    }));
    const notes = notesOn(layers.length);
    const [before, after] = [summarize(model), summarize(result)];
    const macs = before.macs !== undefined && after.macs !== undefined
      ? `, ${percent(after.macs / before.macs)} of the multiply-accumulates`
      : '';
    notes.push({
      severity: 'info',
      message: `${layers.length} layers became two thinner ones each: `
        + `${percent(after.parameters / before.parameters)} of the parameters stay${macs}.`,
    });
    if (fitted > 0) {
      notes.push({ severity: 'info', message: `The weights of ${fitted} layers were fitted again afterwards.` });
    }
    return { model: result, layers, notes };
  },
};

/** Layers that may be taken apart at all. */
function candidates(model: Model, options: PruneOptions): SparseLayer[] {
  const ratioFor = layerRatios(options);
  return sparseLayers(model).layers.filter(({ node, role, groups }) =>
    groups === 1 && ratioFor([node]) !== 0 && (!node.is('Conv') || patchShape(node, role) !== undefined));
}

function byWeight(moments: ReadonlyMap<SparseLayer, GramResult>): Map<string, GramResult> {
  return new Map([...moments].map(([{ weight }, gram]) => [weight, gram]));
}

function choose(
  model: Model,
  options: PruneOptions,
  moments: ReadonlyMap<string, GramResult>,
  onLayer: (i: number, count: number) => void = () => undefined,
): ChosenCut[] {
  const layers = candidates(model, options);
  const ratioFor = layerRatios(options);
  const costs = new Map(summarize(model).layers.map((layer) => [layer.name, layer]));
  const all = layers.map((layer, i): LayerCuts => {
    onLayer(i, layers.length);
    const { channels, reduction, role: { kernel }, weight } = layer;
    const blocks = moments.get(weight)?.blocks[0];
    const [height = 1, width = 1] = kernel.length === 2 ? kernel : [];
    const rows = rowsOf(layer);
    const matrix = { rows, channels, reduction, kernel: [height, width] as const, ...(blocks && { blocks }) };
    const factors = [channelFactors(matrix), spaceFactors(matrix)].filter((found) => found !== undefined);
    const cost = costs.get(layer.node.label);
    const parameters = layer.tensor.size;
    return { cuts: cutsOf(layer, factors), macs: cost?.macs ?? parameters, parameters };
  });
  const fixed = layers.map((layer) => ratioFor([layer.node]));
  const free = all.filter((_, i) => fixed[i] === undefined);
  const cuts = chooseCuts(free, goalOf(options)).values();
  return layers.flatMap((layer, i) => {
    const ratio = fixed[i];
    const cut = ratio === undefined ? cuts.next().value : chooseCuts([all[i]!], { kind: 'ratio', ratio })[0];
    return cut ? [{ layer, cut }] : [];
  });
}

function goalOf({ ratio, target, maxError }: PruneOptions): RankGoal {
  if (ratio !== undefined) return { kind: 'ratio', ratio };
  if (target?.macs !== undefined) return { kind: 'total', of: 'macs', share: target.macs };
  if (target?.parameters !== undefined) return { kind: 'total', of: 'parameters', share: target.parameters };
  return { kind: 'error', most: maxError ?? usualError };
}

function notesOn(count: number): PassNote[] {
  if (count > 0) return [];
  const message = 'No layer saves work as two thinner ones within what it may lose.';
  return [{ severity: 'warning', message }];
}
