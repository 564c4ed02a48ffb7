/** Resize and Upsample of every version. */

import type { Dim } from '../../types.ts';
import { compute, dimension, positiveAxes, unknownShape, type Shape } from '../dims.ts';
import { tensor, type Elements } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

/**
 * Length after scaling: floor(length * scale), which runtimes compute in single precision. Where double precision gives
 * another number, the result is unknown.
 */
function scaledDim(dim: Dim, scale: Dim): Dim {
  if (scale === 1) return dim;
  return compute((d, s) => {
    const single = Math.floor(Math.fround(d * s));
    return single === Math.floor(d * s) ? single : NaN;
  }, dim, scale);
}

function byScales(n: NodeFacts, scales: Elements | undefined, axes: readonly number[]): Shape | undefined {
  const out = [...(n.shape(0) ?? [])];
  axes.forEach((axis, i) => {
    out[axis] = scaledDim(out[axis]!, scales?.[i] ?? null);
  });
  return out;
}

/** Sizes are exact unless a policy keeps the aspect ratio: then one scale, the least or the greatest, holds for all. */
function bySizes(n: NodeFacts, sizes: Elements | undefined, axes: readonly number[]): Shape | undefined {
  const out = [...(n.shape(0) ?? [])];
  const policy = n.node.string('keep_aspect_ratio_policy', 'stretch');
  const wanted = axes.map((_, i) => dimension(sizes?.[i]));
  if (policy === 'stretch') {
    axes.forEach((axis, i) => {
      out[axis] = wanted[i]!;
    });
    return out;
  }
  const ratios = axes.map((axis, i) => {
    const [size, length] = [wanted[i], out[axis]];
    return typeof size === 'number' && typeof length === 'number' ? size / length : NaN;
  });
  const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  for (const axis of axes) out[axis] = compute((d) => nearest(d * ratio), out[axis]);
  return out;
}

/** Rounded to nearest; not a number where the next float would round the other way. */
function nearest(value: number): number {
  return Math.abs(value - Math.floor(value) - 0.5) < 1e-4 ? NaN : Math.round(value);
}

function resize(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const dtype = n.dtype(0);
  if (!shape) return [tensor(dtype, n.opset < 18 ? unknownShape(n.dim(n.opset < 11 ? 1 : 2, 0)) : undefined)];
  const axes = positiveAxes(n.node.ints('axes') ?? shape.map((_, i) => i), shape.length);
  if (!axes) return [tensor(dtype, unknownShape(shape.length))];
  if (n.opset < 11) return [tensor(dtype, byScales(n, n.elements(1), axes))];
  // An empty list of scales is how opset 11 leaves them out.
  if (n.has(3) && (!n.has(2) || n.dim(2, 0) === 0)) return [tensor(dtype, bySizes(n, n.elements(3), axes))];
  if (n.has(3) && n.dim(2, 0) === null) return [tensor(dtype, unknownShape(shape.length))];
  if (n.node.string('coordinate_transformation_mode') === 'tf_crop_and_resize') {
    return [tensor(dtype, unknownShape(shape.length))];
  }
  return [tensor(dtype, byScales(n, n.elements(2), axes))];
}

function upsample(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  if (!shape) return [tensor(n.dtype(0))];
  const axes = shape.map((_, i) => i);
  const old = [1, 1, n.node.float('height_scale') ?? null, n.node.float('width_scale') ?? null];
  const scales = n.opset < 7 ? old : n.opset < 9 ? n.node.floats('scales') : n.elements(1);
  return [tensor(n.dtype(0), byScales(n, scales, axes))];
}

export const resizingRules: Rules = { Resize: resize, Upsample: upsample };
