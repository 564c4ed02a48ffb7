/** Where training begins: at what static quantization found, with its codes, scales and corrected biases. */

import { Constants } from '../../../model/constants.ts';
import { GraphIndex } from '../../../model/graph-index.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { Tensor } from '../../../model/tensor.ts';
import type { ComputeRole } from '../static/operators.ts';

export interface StartingLayer {
  /** The weights as they are read from their codes. */
  readonly rounded: Float32Array;
  /** [channels], or [1] when per tensor. */
  readonly scales: Float32Array;
  readonly bias: Float32Array | undefined;
}

/** Looks up layers in a statically quantized model. */
export class StartingPoint {
  private readonly index: GraphIndex;
  private readonly constants: Constants;

  constructor(quantized: Model) {
    this.index = new GraphIndex(quantized.graph);
    this.constants = Constants.of(quantized);
  }

  /**
   * @param output first output of the layer's node
   * @returns undefined where the layer is not quantized there
   */
  layer(output: string, role: ComputeRole): StartingLayer | undefined {
    const node = this.index.producer(output);
    const weight = this.dequantized(node?.input(role.weight));
    if (!node || !weight) return undefined;
    const { codes, scales, zeroPoint } = weight;
    const { layout } = role;
    const rounded = new Float32Array(codes.length);
    for (let channel = 0; channel < layout.channels; channel++) {
      const scale = scales[scales.length > 1 ? channel : 0]!;
      for (let k = 0; k < layout.reduction; k++) {
        const at = layout.index(channel, k);
        rounded[at] = (codes[at]! - zeroPoint) * scale;
      }
    }
    return { rounded, scales, bias: this.bias(node, role) };
  }

  private bias(node: Node, role: ComputeRole): Float32Array | undefined {
    if (node.is('MatMul')) return undefined;
    const bias = this.dequantized(node.input(role.bias ?? 2));
    return bias && Float32Array.from(bias.codes, (code, c) => code * bias.scales[bias.scales.length > 1 ? c : 0]!);
  }

  private dequantized(
    value: string | undefined,
  ): { readonly codes: ArrayLike<number>; readonly scales: Float32Array; readonly zeroPoint: number } | undefined {
    const pair = value === undefined ? undefined : this.index.producer(value);
    if (!pair?.is('DequantizeLinear')) return undefined;
    const codes = this.tensor(pair.input(0));
    const scales = this.tensor(pair.input(1));
    if (!codes || !scales) return undefined;
    const zeroPoint = this.tensor(pair.input(2))?.toNumbers()[0] ?? 0;
    return { codes: codes.values() as ArrayLike<number>, scales: scales.toFloat32(), zeroPoint };
  }

  /** Codes of 4 bits are widened in the graph. */
  private tensor(value: string | undefined): Tensor | undefined {
    const known = this.constants.tensor(value);
    if (known || value === undefined) return known;
    const producer = this.index.producer(value);
    return producer?.is('Cast') ? this.constants.tensor(producer.input(0)) : undefined;
  }
}

/** Share of half a step that a weight may be away from the middle of its code. */
const insideShare = 0.98;

/**
 * The weights nearest to `values` that are rounded to the codes chosen: they keep what is known of each beyond its
 * code, so that those that were nearly rounded the other way are the first to change.
 */
export function insideCodes(values: Float32Array, start: StartingLayer, role: ComputeRole): Float32Array {
  const { layout } = role;
  const { rounded, scales } = start;
  const result = new Float32Array(values.length);
  for (let channel = 0; channel < layout.channels; channel++) {
    const reach = (insideShare / 2) * scales[scales.length > 1 ? channel : 0]!;
    for (let k = 0; k < layout.reduction; k++) {
      const at = layout.index(channel, k);
      const middle = rounded[at]!;
      result[at] = Math.min(middle + reach, Math.max(middle - reach, values[at]!));
    }
  }
  return result;
}
