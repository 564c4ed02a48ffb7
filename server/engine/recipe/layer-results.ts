/** What became of each layer of the original, over all the steps of a run. */

import type { LayerResult } from '../../../protocol/results/run.ts';
import type { Model } from '../model/model.ts';
import type { LayerAction } from '../passes/pass.ts';
import { constantsInResult, layerConstants, type LayerConstants } from './layer-constants.ts';

/** Operators with weights that techniques work on; others are listed only when a step says something of them. */
const weighted = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul', 'LSTM', 'GRU', 'RNN', 'Gather']);

/**
 * The layers in the order of the original.
 *
 * @param actions what the steps say, first step first: the last word on a layer counts
 */
export function layerResults(original: Model, result: Model, actions: readonly LayerAction[]): LayerResult[] {
  const before = layerConstants(original);
  const after = constantsInResult(original, result);
  const last = new Map(actions.map((action) => [action.name, action]));
  const results: LayerResult[] = [];
  const add = (name: string, opType: string, action: LayerAction | undefined): void => {
    results.push({
      name,
      opType,
      action: action?.action ?? 'unchanged',
      sqnrDb: action?.sqnrDb !== undefined && Number.isFinite(action.sqnrDb) ? action.sqnrDb : null,
      ...(action?.reason !== undefined && { reason: action.reason }),
      bytesBefore: before.get(name)?.bytes ?? 0,
      bytesAfter: after.get(name)?.bytes ?? 0,
    });
    last.delete(name);
  };
  for (const { node } of original.graph.walk()) {
    const action = last.get(node.label);
    const hasWeights = weighted.has(node.opType) && (before.get(node.label)?.bytes ?? 0) > 0;
    if (action || hasWeights) add(node.label, action?.opType ?? node.opType, action);
  }
  // Layers that a step made and a later one worked on are not in the original.
  for (const action of [...last.values()]) add(action.name, action.opType, action);
  return results;
}

/**
 * What happened to the layers of `first` on the way to `second`, as far as the two files show it: the type that weights
 * are stored in, or `removed`.
 */
export function layerChanges(first: Model, second: Model): LayerResult[] {
  const before = layerConstants(first);
  const after = constantsInResult(first, second);
  const actions: LayerAction[] = [];
  for (const { node } of first.graph.walk()) {
    const old = before.get(node.label);
    const now = after.get(node.label);
    if (!old || old.bytes === 0 || (now?.bytes === old.bytes && now.dtype === old.dtype)) continue;
    actions.push({ name: node.label, opType: node.opType, action: actionOf(old, now) });
  }
  return layerResults(first, second, actions);
}

function actionOf(old: LayerConstants, now: LayerConstants | undefined): string {
  if (!now) return 'removed';
  if (now.dtype === undefined || now.dtype === old.dtype) return 'changed';
  return now.dtype;
}
