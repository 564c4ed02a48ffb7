/**
 * Experimental operators of early ONNX, which left the standard but which onnxruntime still runs in the standard
 * domain; models converted from Core ML have them.
 */

import type { Dim } from '../../types.ts';
import { compute, dimension, unknownShape } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

/** Cuts `border` = [left, top, right, bottom] off, or takes `scale` = [height, width] from its corner. */
function crop(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const [left, top, right, bottom] = n.node.ints('border') ?? [];
  if (shape?.length !== 4) return [tensor(n.dtype(0), unknownShape(4))];
  const [batch, channels, height, width] = shape as readonly [Dim, Dim, Dim, Dim];
  const [scaleHeight, scaleWidth] = n.node.ints('scale') ?? [];
  const rest = (length: Dim, ...cuts: (number | undefined)[]): Dim => compute((d, a, b) => d - a - b, length, ...cuts);
  return [
    tensor(n.dtype(0), [
      batch,
      channels,
      scaleHeight === undefined ? rest(height, top, bottom) : dimension(scaleHeight),
      scaleWidth === undefined ? rest(width, left, right) : dimension(scaleWidth),
    ]),
  ];
}

export const experimentalRules: Rules = {
  Affine: sameAsInput,
  Crop: crop,
  GivenTensorFill: (n) => [
    tensor('undefined', n.has(0) || n.node.attributes.has('extra_shape') ? undefined : n.node.ints('shape')),
  ],
  GRUUnit: sameAsInput,
  ImageScaler: sameAsInput,
  ParametricSoftplus: sameAsInput,
  Scale: sameAsInput,
  ScaledTanh: sameAsInput,
};
