/** Layers whose single weights may become zero, as matrices. */

import { GraphIndex } from '../../../model/graph-index.ts';
import { Constants } from '../../../model/constants.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { roleOf, type ComputeRole } from '../../quantize/static/operators.ts';

export interface SparseLayer {
  readonly node: Node;
  readonly role: ComputeRole;
  /** Of the constant. */
  readonly weight: string;
  readonly tensor: Tensor;
  /** Rows, one for each output. */
  readonly channels: number;
  /** Columns: kernel position first, input channel innermost. */
  readonly reduction: number;
  /** Input channels that stand side by side in a row. */
  readonly neighbours: number;
  readonly groups: number;
}

/** A layer with weights that stays as it is, and why. */
export interface WholeLayer {
  readonly node: Node;
  readonly reason: string;
}

/** Convolutions and matrix products with constant float weights; those that stay whole apart. */
export function sparseLayers(model: Model): { readonly layers: SparseLayer[]; readonly whole: WholeLayer[] } {
  const constants = Constants.of(model);
  const index = new GraphIndex(model.graph);
  const layers: SparseLayer[] = [];
  const whole: WholeLayer[] = [];
  const seen = new Set<string>();
  for (const node of model.graph.nodes) {
    const role = roleOf(node, constants);
    if (role?.kind !== 'compute') continue;
    const weight = node.input(role.weight)!;
    const tensor = constants.tensor(weight)!;
    const groups = node.is('Conv') ? node.int('group', 1) : 1;
    const { channels, reduction } = role.layout;
    const neighbours = node.is('Conv') ? tensor.dims[1]! : reduction;
    const other = index.uses(weight).find((use) => use.node !== node);
    if (other) {
      if (!seen.has(weight)) whole.push({ node, reason: `its weights also serve ${other.node.label}` });
      seen.add(weight);
    } else if (groups > 1 && neighbours === 1) {
      whole.push({ node, reason: 'a depthwise convolution has too few weights' });
    } else {
      layers.push({ node, role, weight, tensor, channels, reduction, neighbours, groups });
    }
  }
  return { layers, whole };
}

/** The weights as rows [channels, reduction]. */
export function rowsOf({ tensor, role: { layout }, channels, reduction }: SparseLayer): Float64Array {
  const values = tensor.toFloat32();
  const rows = new Float64Array(channels * reduction);
  for (let c = 0, at = 0; c < channels; c++) {
    for (let k = 0; k < reduction; k++) rows[at++] = values[layout.index(c, k)]!;
  }
  return rows;
}

/** Rows as a tensor in place of the layer's own. */
export function tensorOf(layer: SparseLayer, rows: Float64Array): Tensor {
  const { tensor, role: { layout }, channels, reduction } = layer;
  const values = new Float32Array(rows.length);
  for (let c = 0, at = 0; c < channels; c++) {
    for (let k = 0; k < reduction; k++) values[layout.index(c, k)] = rows[at++]!;
  }
  return Tensor.fromBytes(layer.weight, 'float32', tensor.dims, values);
}
