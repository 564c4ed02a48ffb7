/** What to observe of a layer's input so that its weights can be rounded with error feedback. */

import type { Node } from '../../../model/node.ts';
import type { GramSpec } from '../../../runtime/observers/gram.ts';
import type { PatchShape } from '../../../runtime/observers/patch.ts';
import type { ComputeRole } from './operators.ts';

/** Inputs beyond this distance do not compensate each other's rounding: bounds time and memory. Even, for pairs. */
const block = 256;
/** Vectors per unknown, and in all: enough to condition the matrix, few enough to be quick. */
const vectorsPerInput = 4;
const fewestVectors = 512;
const mostVectors = 1536;

/** The observer for a layer; undefined where its geometry is not plain enough. */
export function gramSpec(node: Node, role: ComputeRole, samples: number, seed: number): GramSpec | undefined {
  const length = Math.min(block, role.layout.reduction);
  const vectors = Math.min(mostVectors, Math.max(fewestVectors, vectorsPerInput * length));
  const common = {
    kind: 'gram',
    tap: node.input(role.data)!,
    positions: Math.max(1, Math.ceil(vectors / samples)),
    block,
    seed,
  } as const;
  if (!node.is('Conv')) return common;
  const patch = patchShape(node, role);
  return patch && { ...common, patch };
}

/** One string for specifications that would see the same vectors. */
export function gramKey(node: Node, role: ComputeRole): string {
  const { tap, patch } = gramSpec(node, role, 1, 0) ?? { tap: '' };
  return JSON.stringify([tap, patch]);
}

/** Where a convolution looks; undefined where its geometry is not plain enough. */
export function patchShape(node: Node, { kernel, layout }: ComputeRole): PatchShape | undefined {
  if (layout.reduction === 0) return undefined;
  const ones = kernel.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const groups = node.int('group', 1);
  const autoPad = node.string('auto_pad', 'NOTSET');
  const zeros = kernel.map(() => 0);
  if (autoPad === 'NOTSET' || autoPad === 'VALID') {
    const pads = (autoPad === 'NOTSET' ? node.ints('pads') : undefined) ?? [...zeros, ...zeros];
    const rank = kernel.length;
    return { kernel, strides, dilations, padsBegin: pads.slice(0, rank), padsEnd: pads.slice(rank), groups };
  }
  if (strides.some((s) => s !== 1)) return undefined;
  const total = kernel.map((k, i) => (k - 1) * dilations[i]!);
  const small = total.map((t) => Math.floor(t / 2));
  const large = total.map((t) => Math.ceil(t / 2));
  const upper = autoPad === 'SAME_UPPER';
  return { kernel, strides, dilations, padsBegin: upper ? small : large, padsEnd: upper ? large : small, groups };
}
