/** Second moments of the channels that layers read: what tells which of them the others can stand in for. */

import type { Dataset } from '../../../data/dataset.ts';
import type { GramSpec } from '../../../runtime/observers/gram.ts';
import type { PassContext } from '../../pass.ts';
import { observeModel } from '../../observe.ts';
import type { Model } from '../../../model/model.ts';
import type { Consumed } from './tracker.ts';

/** Sum of x·xᵀ over sampled positions, [length, length] with both triangles, divided by their number. */
export interface ChannelMoments {
  readonly length: number;
  readonly matrix: Float64Array;
}

/** Wider layers are not observed: the matrices would take too long. */
const widest = 1024;
const mostSamples = 64;
const vectorsPerChannel = 8;
const fewestVectors = 2048;

/** Along which axis of the value its channels lie: 1 for convolutions, the last for products with matrices. */
function pointwise({ node }: Consumed): GramSpec['patch'] {
  if (!node.is('Conv', 'ConvTranspose')) return undefined;
  const spatial = (node.ints('kernel_shape') ?? [1, 1]).length;
  const [ones, zeros] = [Array.from({ length: spatial }, () => 1), Array.from({ length: spatial }, () => 0)];
  return { kernel: ones, strides: ones, dilations: ones, padsBegin: zeros, padsEnd: zeros, groups: 1 };
}

/**
 * @returns by the name of the value that is read; without those that are too wide, have more than two spatial axes or
 *   were never finite
 */
export async function observeChannels(
  model: Model,
  consumed: readonly Consumed[],
  data: Dataset,
  context: PassContext,
): Promise<Map<string, ChannelMoments>> {
  const specs = new Map<string, GramSpec & { readonly tap: string }>();
  const samples = data.size <= mostSamples || data.carry ? data : data.subset(spread(data.size, mostSamples));
  for (const use of consumed) {
    const length = use.axis.length;
    const patch = pointwise(use);
    if (length > widest || specs.has(use.value) || (patch && patch.kernel.length > 2)) continue;
    const vectors = Math.max(fewestVectors, vectorsPerChannel * length);
    specs.set(use.value, {
      kind: 'gram',
      tap: use.value,
      ...(patch && { patch }),
      positions: Math.ceil(vectors / samples.size),
      block: widest,
      seed: context.seed,
    });
  }
  const results = await observeModel(model, [...specs.values()], samples, context, 'Reading channels');
  const moments = new Map<string, ChannelMoments>();
  for (const result of results) {
    const block = result.kind === 'gram' ? result.blocks[0]?.[0] : undefined;
    if (result.kind !== 'gram' || !block || result.count === 0) continue;
    moments.set(result.tap, { length: block.size, matrix: symmetric(block.sums, block.size, result.count) });
  }
  return moments;
}

function spread(size: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.floor((i * size) / count));
}

/** Both triangles of the mean, from the upper triangle of the sum. */
function symmetric(sums: Float64Array, n: number, count: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) matrix[i * n + j] = matrix[j * n + i] = sums[i * n + j]! / count;
  }
  return matrix;
}
