/** Second moments of what layers multiply their weights with, for pruning single weights. */

import type { Dataset } from '../../../data/dataset.ts';
import type { Model } from '../../../model/model.ts';
import type { GramResult, GramSpec } from '../../../runtime/observers/gram.ts';
import { observeModel } from '../../observe.ts';
import type { PassContext } from '../../pass.ts';
import { patchShape } from '../../quantize/static/patches.ts';
import type { SparseLayer } from './sparse-layer.ts';

/** Weights farther apart than this do not make up for each other: bounds time and memory. */
const block = 512;
const mostSamples = 64;
const vectorsPerInput = 6;
const fewestVectors = 2048;

type Spec = GramSpec & { readonly tap: string };

/** By layer; without those whose geometry is not plain enough, and those that never got a finite number. */
export async function observeInputs(
  model: Model,
  layers: readonly SparseLayer[],
  data: Dataset,
  context: PassContext,
): Promise<Map<SparseLayer, GramResult>> {
  const samples = data.size <= mostSamples || data.carry
    ? data
    : data.subset(Array.from({ length: mostSamples }, (_, i) => Math.floor((i * data.size) / mostSamples)));
  const specs = new Map<string, Spec>();
  const keys = new Map<SparseLayer, string>();
  for (const layer of layers) {
    const spec = specOf(layer, samples.size, context.seed);
    if (!spec) continue;
    const key = JSON.stringify([spec.tap, spec.patch]);
    specs.set(key, spec);
    keys.set(layer, key);
  }
  const results = await observeModel(model, [...specs.values()], samples, context, 'Reading inputs of layers');
  const byKey = new Map<string, GramResult>();
  for (const [i, key] of [...specs.keys()].entries()) {
    const result = results[i];
    if (result?.kind === 'gram' && result.count > 0) byKey.set(key, result);
  }
  const moments = new Map<SparseLayer, GramResult>();
  for (const [layer, key] of keys) {
    const gram = byKey.get(key);
    if (gram?.length === layer.reduction) moments.set(layer, gram);
  }
  return moments;
}

function specOf({ node, role, reduction }: SparseLayer, samples: number, seed: number): Spec | undefined {
  const vectors = Math.max(fewestVectors, vectorsPerInput * Math.min(block, reduction));
  const tap = node.input(role.data)!;
  const common = { kind: 'gram', tap, positions: Math.max(1, Math.ceil(vectors / samples)), block, seed } as const;
  if (!node.is('Conv')) return common;
  const patch = patchShape(node, role);
  return patch && { ...common, patch };
}

/** Mean squares of the inputs of a group, one for each column. */
export function meanSquares({ blocks, length, count }: GramResult, group: number): Float64Array {
  const squares = new Float64Array(length);
  for (const { start, size, sums } of blocks[group]!) {
    for (let i = 0; i < size; i++) squares[start + i] = sums[i * size + i]! / count;
  }
  return squares;
}
