/** Pruning of single weights, from options to a model with zeros. */

import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { summarize } from '../../../analysis/cost.ts';
import type { GramResult } from '../../../runtime/observers/gram.ts';
import { throwIfCancelled } from '../../../errors.ts';
import { patternOf, type PruneOptions } from '../options.ts';
import type { PassContext } from '../../pass.ts';
import { refit } from '../refit.ts';
import { layerRatios } from '../layer-rules.ts';
import { distribute, type Distribution } from './distribute.ts';
import { observeInputs } from './observe-inputs.ts';
import { rowsOf, sparseLayers, tensorOf, type SparseLayer, type WholeLayer } from './sparse-layer.ts';
import { defaultPattern, zeroWeights, type ChosenBy } from './zero-weights.ts';

/** A layer, and the share of its weights that is to become zero. */
export interface PlannedZeros {
  readonly layer: SparseLayer;
  readonly ratio: number;
}

export interface PlannedWeights {
  readonly zeros: readonly PlannedZeros[];
  readonly whole: readonly WholeLayer[];
}

export interface PrunedLayer {
  readonly node: Node;
  readonly weights: number;
  readonly zeros: number;
  readonly by: ChosenBy;
}

export interface PrunedWeights {
  readonly model: Model;
  readonly layers: readonly PrunedLayer[];
  readonly whole: readonly WholeLayer[];
  /** Layers whose weights were fitted again after the choice. */
  readonly fitted: number;
}

/** Which layers lose what share of their weights. */
export function planWeights(model: Model, options: PruneOptions, hasData: boolean): PlannedWeights {
  const { layers, whole } = sparseLayers(model);
  const ratioFor = layerRatios(options);
  const left: WholeLayer[] = [...whole];
  const chosen: SparseLayer[] = [];
  for (const layer of layers) {
    const reason = reasonToStay(layer, options, ratioFor([layer.node]));
    if (reason === undefined) chosen.push(layer);
    else if (reason !== '') left.push({ node: layer.node, reason });
  }
  const fixed = chosen.map((layer) => ratioFor([layer.node]));
  const free = chosen.filter((_, i) => fixed[i] === undefined);
  const shares = freeShares(model, chosen, free, fixed, options, hasData).values();
  return { zeros: chosen.map((layer, i) => ({ layer, ratio: fixed[i] ?? shares.next().value! })), whole: left };
}

/** undefined where a layer can lose weights, '' where the recipe keeps it. */
function reasonToStay(layer: SparseLayer, options: PruneOptions, ratio: number | undefined): string | undefined {
  if (ratio === 0) return '';
  if (options.method !== 'n:m') return undefined;
  const { of } = patternOf(options.pattern ?? defaultPattern);
  if (layer.neighbours % of === 0) return undefined;
  return `its ${layer.neighbours} input channels are no multiple of ${of}`;
}

/** Ratios of zeros for the layers that the recipe sets none for. */
function freeShares(
  model: Model,
  chosen: readonly SparseLayer[],
  free: readonly SparseLayer[],
  fixed: readonly (number | undefined)[],
  options: PruneOptions,
  hasData: boolean,
): number[] {
  if (options.method === 'n:m') {
    const { stay, of } = patternOf(options.pattern ?? defaultPattern);
    return free.map(() => 1 - stay / of);
  }
  const sizeOf = ({ tensor }: SparseLayer): number => tensor.size;
  const total = (layers: readonly SparseLayer[]): number => layers.reduce((sum, layer) => sum + sizeOf(layer), 0);
  let { ratio } = options;
  if (ratio === undefined) {
    const wanted = summarize(model).parameters * (1 - options.target!.parameters!);
    const set = chosen.reduce((sum, layer, i) => sum + sizeOf(layer) * (fixed[i] ?? 0), 0);
    ratio = Math.min(0.99, Math.max(0, (wanted - set) / Math.max(1, total(free))));
  }
  const how = distributionOf(options, hasData);
  const needsWeights = how === 'global' || how === 'lamp';
  return distribute(free, needsWeights ? free.map((layer) => rowsOf(layer).map(Math.abs)) : [], ratio, how);
}

function distributionOf({ distribution, importance }: PruneOptions, hasData: boolean): Distribution {
  if (distribution !== 'auto') return distribution;
  return (hasData && importance !== 'magnitude') || importance === 'random' ? 'layer' : 'lamp';
}

export async function pruneWeights(model: Model, options: PruneOptions, context: PassContext): Promise<PrunedWeights> {
  const data = context.calibration;
  const planned = planWeights(model, options, data !== undefined);
  const layers = planned.zeros.map(({ layer }) => layer);
  const byData = options.importance !== 'magnitude' && options.importance !== 'random';
  const moments = data && byData
    ? await observeInputs(model, layers, data, context)
    : new Map<SparseLayer, GramResult>();
  const pruned = model.clone();
  const editor = new GraphEditor(pruned);
  const masks = new Map<string, Uint8Array>();
  const done: PrunedLayer[] = [];
  for (const [i, { layer, ratio }] of planned.zeros.entries()) {
    throwIfCancelled(context.signal);
    context.progress('Choosing weights', i, planned.zeros.length);
    const { rows, zeros, by } = zeroWeights(layer, ratio, moments.get(layer), options, context.seed);
    editor.replaceConstant(layer.weight, tensorOf(layer, rows));
    masks.set(layer.weight, inTensorOrder(layer, zeros));
    let count = 0;
    for (const mark of zeros) count += mark;
    done.push({ node: layer.node, weights: zeros.length, zeros: count, by });
  }
  editor.finish();
  const fitted = options.reconstruct && data && done.length > 0
    ? await refit(model, pruned, { keptOf: () => undefined, zeros: masks }, data, context)
    : 0;
  return { model: pruned, layers: done, whole: planned.whole, fitted };
}

function inTensorOrder({ role: { layout }, channels, reduction }: SparseLayer, zeros: Uint8Array): Uint8Array {
  const marks = new Uint8Array(zeros.length);
  for (let c = 0, at = 0; c < channels; c++) {
    for (let k = 0; k < reduction; k++) marks[layout.index(c, k)] = zeros[at++]!;
  }
  return marks;
}
