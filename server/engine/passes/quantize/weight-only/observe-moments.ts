/** Runs the float model on the calibration data for the second moments of what layers are fed, in two halves. */

import type { Dataset } from '../../../data/dataset.ts';
import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import type { GramResult, GramSpec } from '../../../runtime/observers/gram.ts';
import type { PatchShape } from '../../../runtime/observers/patch.ts';
import { observeModel } from '../../observe.ts';
import type { PassContext } from '../../pass.ts';
import { roleOf } from '../static/operators.ts';
import { patchShape } from '../static/patches.ts';
import { momentsOf, type Moments } from './moments.ts';
import type { WeightLayer } from './weight-layers.ts';

/** What is known about a layer's input. */
export interface InputMoments {
  /** Of one half of the data, of the other, and of all. */
  readonly fitted: Moments;
  readonly heldOut: Moments;
  readonly all: Moments;
  /** Vectors summed in `all`. */
  readonly count: number;
}

/** By `inputKey`. */
export type MomentsByInput = ReadonlyMap<string, InputMoments>;

/** Vectors for each unknown of a matrix, and in all. */
const vectorsPerInput = 8;
const fewestVectors = 2048;
const mostVectors = 16384;
/** Longest block of inputs whose cross terms are kept; multiples of the largest block of weights. */
const longestBlock = 1024;
const shortBlock = 256;
/** Inputs longer than this are cut into short blocks: time and memory grow with their square. */
const longInput = 2048;

type Spec = GramSpec & { readonly tap: string };

/** Layers that read the same vectors have the same key; undefined where a layer's input cannot be observed. */
export function inputKey(layer: WeightLayer, constants: Constants): string | undefined {
  const spec = specOf(layer, constants, 1, 0);
  return spec && JSON.stringify([spec.tap, spec.patch]);
}

export async function observeMoments(
  model: Model,
  layers: readonly WeightLayer[],
  data: Dataset,
  context: PassContext,
): Promise<MomentsByInput> {
  const constants = Constants.of(model);
  const specs = new Map<string, Spec>();
  for (const layer of layers) {
    const key = inputKey(layer, constants);
    const spec = specOf(layer, constants, data.size, context.seed);
    if (key !== undefined && spec) specs.set(key, spec);
  }
  if (specs.size === 0) return new Map();
  const middle = Math.ceil(data.size / 2);
  const halves = [data.subset(range(0, middle)), data.subset(range(middle, data.size))];
  const results: GramResult[][] = [];
  for (const half of halves) {
    if (half.size === 0) continue;
    const observed = await observeModel(model, [...specs.values()], half, context, 'Reading inputs of layers');
    results.push(observed.filter((result) => result.kind === 'gram'));
  }
  const moments = new Map<string, InputMoments>();
  for (const [i, key] of [...specs.keys()].entries()) {
    const [first, second = first] = results.map((round) => round[i]!);
    const [a, b] = [first!.blocks[0], second!.blocks[0]];
    if (!a || !b || first!.count === 0 || second!.count === 0) continue;
    moments.set(key, {
      fitted: momentsOf(a),
      heldOut: momentsOf(b),
      all: first === second ? momentsOf(a) : momentsOf(a, b),
      count: first!.count + (first === second ? 0 : second!.count),
    });
  }
  return moments;
}

function range(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, i) => start + i);
}

function specOf(layer: WeightLayer, constants: Constants, samples: number, seed: number): Spec | undefined {
  const { node, columns, order, part, product, input } = layer;
  if (part === 'depthwise' || (!product && order !== 'convolution')) return undefined;
  const vectors = Math.min(mostVectors, Math.max(fewestVectors, vectorsPerInput * columns));
  const common = {
    kind: 'gram',
    tap: node.input(input === 1 ? 0 : 1)!,
    positions: Math.max(1, Math.ceil(vectors / samples)),
    block: columns > longInput ? shortBlock : longestBlock,
    seed,
  } as const;
  if (constants.has(common.tap)) return undefined;
  if (product) return common;
  const patch = patchOf(layer, constants);
  return patch && { ...common, patch };
}

/** Where a convolution looks; undefined for other layers, and for groups of channels, which see inputs of their own. */
export function patchOf({ node }: WeightLayer, constants: Constants): PatchShape | undefined {
  if (!node.is('Conv') || node.int('group', 1) !== 1) return undefined;
  const role = roleOf(node, constants);
  return role?.kind === 'compute' ? patchShape(node, role) : undefined;
}
