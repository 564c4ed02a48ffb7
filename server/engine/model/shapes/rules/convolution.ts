/** Convolutions and pooling. */

import type { DataType } from '../../../tensor/dtype.ts';
import type { Dim } from '../../types.ts';
import { bothDims, compute, dimension, multiplyDims, unknownShape, type Shape } from '../dims.ts';
import { tensor } from '../known.ts';
import { shapeText, type NodeFacts, type Outputs, type Rule, type Rules } from '../node-facts.ts';
import { fromImageShape, imageShape, pooledCount, transposedLength, windowCount, windowsOf } from './windows.ts';

interface ConvolutionLayout {
  /** Which inputs are the data and the weights [outChannels, inChannels / group, …kernel]. */
  readonly data?: number;
  readonly weights?: number;
  readonly channelsLast?: boolean;
  /** The channels of the data are rounded up to whole blocks, so they need not match the weights. */
  readonly blocked?: boolean;
}

/** Shape that a convolution gives, whatever the element types. */
export function convolved(n: NodeFacts, layout: ConvolutionLayout = {}): Shape | undefined {
  const { data = 0, weights = 1, channelsLast = false, blocked = false } = layout;
  const weightShape = n.shape(weights);
  const shape = n.shape(data);
  const image = imageShape(shape, channelsLast);
  if (!image) return unknownShape(weightShape?.length);
  const rank = image.spatial.length;
  if (weightShape && weightShape.length !== rank + 2) {
    n.problem(`weights of shape ${shapeText(weightShape)} do not fit an input of shape ${shapeText(shape)}`);
    return unknownShape(shape?.length);
  }
  const filter = imageShape(weightShape);
  const group = n.node.int('group', 1);
  const expected = compute((channels) => channels * group, filter?.channels);
  if (!blocked && typeof image.channels === 'number' && expected !== null && expected !== image.channels) {
    const weightsText = `weights of shape ${shapeText(weightShape)} in ${group} groups`;
    n.problem(`${weightsText} do not fit an input of shape ${shapeText(shape)}`);
  }
  const kernel = n.node.ints('kernel_shape') ?? filter?.spatial;
  const windows = windowsOf(n, rank, kernel);
  const spatial = windows ? image.spatial.map((d, i) => windowCount(d, windows, i)) : unknownShape(rank)!;
  return fromImageShape({ batch: image.batch, channels: filter?.batch ?? null, spatial }, channelsLast);
}

/** Weights of a transposed convolution are [inChannels, outChannels / group, …kernel]. */
export function convolvedTransposed(n: NodeFacts, data = 0, weights = 1, dynamicPads = false): Shape | undefined {
  const weightShape = n.shape(weights);
  const image = imageShape(n.shape(data));
  if (!image) return unknownShape(weightShape?.length);
  const rank = image.spatial.length;
  const filter = imageShape(weightShape);
  const channels = multiplyDims(filter?.channels ?? null, n.node.int('group', 1));
  const spatial = dynamicPads ? undefined : transposedSpatial(n, image.spatial, filter?.spatial);
  return fromImageShape({ batch: image.batch, channels, spatial: spatial ?? unknownShape(rank)! });
}

function transposedSpatial(n: NodeFacts, spatial: Shape, filter: Shape | undefined): Shape | undefined {
  const rank = spatial.length;
  const given = n.node.ints('output_shape');
  // Some exporters write the whole output shape instead of the spatial part.
  if (given && given.length >= rank) return given.slice(-rank).map((d) => dimension(d));
  const windows = windowsOf(n, rank, n.node.ints('kernel_shape') ?? filter);
  const padding = n.node.ints('output_padding') ?? [];
  return windows && spatial.map((d, i) => transposedLength(d, windows, i, padding[i] ?? 0));
}

/** Shape of a pooled input. */
export function pooled(n: NodeFacts, channelsLast = false): Shape | undefined {
  const kernel = n.node.ints('kernel_shape');
  const image = imageShape(n.shape(0), channelsLast);
  if (!image) return unknownShape(kernel && kernel.length + 2);
  const windows = windowsOf(n, image.spatial.length, kernel);
  const spatial = windows
    ? image.spatial.map((d, i) => pooledCount(d, windows, i))
    : unknownShape(image.spatial.length)!;
  return fromImageShape({ ...image, spatial }, channelsLast);
}

function maxUnpool(n: NodeFacts): Outputs {
  const image = imageShape(n.shape(0));
  if (n.has(2)) {
    const given = n.elements(2)?.map((d) => dimension(d));
    return [tensor(n.dtype(0), given ?? unknownShape(n.shape(0)?.length))];
  }
  const windows = image && windowsOf(n, image.spatial.length, n.node.ints('kernel_shape'));
  if (!windows) return [tensor(n.dtype(0), unknownShape(n.shape(0)?.length))];
  const spatial = image.spatial.map((d, i) => transposedLength(d, windows, i, 0));
  return [tensor(n.dtype(0), fromImageShape({ ...image, spatial }))];
}

/** Blocks [batch, channels * block, positions] folded back to an image of the given size. */
function col2Im(n: NodeFacts): Outputs {
  const image = n.elements(1)?.map((d) => dimension(d)) ?? unknownShape(n.dim(1, 0));
  const block = n.numbers(2);
  const depth = n.dim(0, 1);
  const size = block?.reduce((product, d) => product * d, 1);
  const channels: Dim = typeof depth === 'number' && size ? dimension(depth / size) : null;
  return [tensor(n.dtype(0), image && [n.dim(0, 0), channels, ...image])];
}

/** Regions [regions, 4 or 5] pooled to a fixed size: [regions, channels, height, width]. */
export function regionPooled(n: NodeFacts, height: Dim, width: Dim): Outputs {
  const regions = bothDims(n.dim(1, 0), n.has(2) ? n.dim(2, 0) : null);
  return [tensor(n.dtype(0), [regions, n.dim(0, 1), height, width])];
}

/** A convolution whose result has the given element type. */
export function convolution(dtype: (n: NodeFacts) => DataType, layout?: ConvolutionLayout): Rule {
  return (n) => [tensor(dtype(n), convolved(n, layout))];
}

export const convolutionRules: Rules = {
  Conv: convolution((n) => n.anyDtype(0, 1)),
  DeformConv: convolution((n) => n.anyDtype(0, 1)),
  ConvInteger: convolution(() => 'int32'),
  QLinearConv: convolution((n) => n.dtype(7), { weights: 3 }),
  ConvTranspose: (n) => [tensor(n.anyDtype(0, 1), convolvedTransposed(n))],
  CausalConvWithState: (n) => {
    const kernel = n.dim(1, -1);
    const state: Dim = typeof kernel === 'number' ? dimension(kernel - 1) : null;
    const channels = bothDims(n.dim(0, 1), n.dim(1, 0));
    return [tensor(n.dtype(0), n.shape(0)), tensor(n.dtype(0), [n.dim(0, 0), channels, state])];
  },
  AveragePool: (n) => [tensor(n.dtype(0), pooled(n))],
  LpPool: (n) => [tensor(n.dtype(0), pooled(n))],
  MaxPool: (n) => {
    const shape = pooled(n);
    return [tensor(n.dtype(0), shape), tensor('int64', shape)];
  },
  MaxUnpool: maxUnpool,
  Col2Im: col2Im,
  RoiAlign: (n) => regionPooled(n, n.node.int('output_height', 1), n.node.int('output_width', 1)),
  MaxRoiPool: (n) => {
    const [height, width] = n.node.ints('pooled_shape') ?? [];
    return regionPooled(n, dimension(height), dimension(width));
  },
};
