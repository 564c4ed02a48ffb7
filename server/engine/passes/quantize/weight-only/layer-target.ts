/** Which value of the float network a layer's rounded weights should bring back. */

import type { Constants } from '../../../model/constants.ts';
import type { GraphIndex } from '../../../model/graph-index.ts';
import type { InferredTypes } from '../../../model/shapes/infer.ts';
import type { WeightLayer } from './weight-layers.ts';

export interface LayerTarget {
  /** In the float network. */
  readonly value: string;
  /** Added to the layer's output on the way, in the rounded network: a shortcut, whose errors the layer can mend. */
  readonly less?: string;
  /** [rows], added on the way. */
  readonly bias?: Float32Array;
}

/** The layer's own output; or, where nothing but a bias and a shortcut is added to it, the sum. */
export function targetOf(
  layer: WeightLayer,
  index: GraphIndex,
  constants: Constants,
  types: InferredTypes,
): LayerTarget | undefined {
  const { node, rows } = layer;
  let value = node.outputs[0]!;
  let bias: Float32Array | undefined;
  const own = node.is('Gemm', 'Conv') ? node.input(2) : undefined;
  if (own !== undefined) {
    bias = constants.tensor(own)?.toFloat32();
    if (bias?.length !== rows) return undefined;
  }
  const added = (): { readonly output: string; readonly other: string } | undefined => {
    const use = index.soleUse(value);
    if (use?.graph !== index.graph || !use.node.is('Add')) return undefined;
    return { output: use.node.outputs[0]!, other: use.node.inputs[1 - use.index]! };
  };
  let sum = added();
  const vector = sum && constants.tensor(sum.other);
  if (sum && vector && !bias && node.is('MatMul') && vector.dims.length === 1 && vector.size === rows) {
    bias = vector.toFloat32();
    value = sum.output;
    sum = added();
  }
  const shortcut = sum && index.producer(sum.other) && !constants.has(sum.other) ? sum.other : undefined;
  const mine = types.tensor(value)?.shape;
  const theirs = shortcut === undefined ? undefined : types.tensor(shortcut)?.shape;
  const same = mine?.length === theirs?.length
    && mine?.every((dim, i) => typeof dim !== 'number' || typeof theirs?.[i] !== 'number' || dim === theirs[i]);
  return {
    value: sum && same ? sum.output : value,
    ...(shortcut !== undefined && same && { less: shortcut }),
    ...(bias && { bias }),
  };
}
