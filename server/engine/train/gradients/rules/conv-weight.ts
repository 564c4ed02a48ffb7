/** Gradient of a convolution by its weight. Which form is fastest was measured with onnxruntime's CPU provider. */

import { attr } from '../../../model/attribute.ts';
import { blockedConv, blockingPays } from '../blocked-conv.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { depthwiseWeightGradient } from './depthwise-weight.ts';
import { paddedInput, taps, windowAttributes, type Windows } from './windows.ts';

/** From here on one product per tap is faster than one over all taps, whose joining copies the whole input. */
const manyChannels = 8;

/** Places of the gradient up to which a product per tap has too little to do. */
const smallArea = 64;

/** Kernels of more taps (filter banks written as convolutions) would make graphs of as many slices. */
const maxTaps = 64;

/**
 * dW[m, c, k] = Σ over samples n and places i of dY[n, m, i] · X[n, c, i·stride + k·dilation - begin].
 *
 * @param x [batch, channels, …]
 * @param dims of the weight [made, channels / group, …kernel]
 * @param gradient [batch, made, …]
 */
export function convWeightGradient(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const { kernel, group } = windows;
  if (kernel.length === 1) return asPicture(g, x, dims, gradient, windows);
  const [made = 0, perGroup = 0] = dims;
  if (kernel.length === 2 && group > 1 && perGroup === 1 && made === group) {
    return depthwiseWeightGradient(g, x, dims, gradient, windows);
  }
  const count = kernel.reduce((a, b) => a * b, 1);
  if (group === 1 && swappingInBlocksPays(g, dims, gradient, windows)) {
    return swappedInBlocks(g, x, gradient, windows);
  }
  if (count > maxTaps && group === 1) return swappedConv(g, x, dims, gradient, windows);
  if (group === 1 && perGroup >= manyChannels) return productPerTap(g, x, dims, gradient, windows);
  return productOfAllTaps(g, x, dims, gradient, windows);
}

/** One axis becomes two, the first of length 1. */
function asPicture(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  { kernel, strides, dilations, begins, ends, group }: Windows,
): string {
  const lifted = (shape: readonly number[]): number[] => [...shape.slice(0, 2), 1, ...shape.slice(2)];
  const windows = {
    kernel: [1, ...kernel],
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    begins: [0, ...begins],
    ends: [0, ...ends],
    group,
  };
  const [picture, dy] = [x, gradient].map((value) => g.reshape(value, lifted(g.dims(value))));
  return g.reshape(convWeightGradient(g, picture!, lifted(dims), dy!, windows), dims);
}

/** What each tap of the kernel sees: values of shape [batch, channels, …gradient]. */
function tapViews(g: GraphBuilder, x: string, made: readonly number[], windows: Windows): string[] {
  const { kernel, strides, dilations } = windows;
  const whole = paddedInput(g, x, made, windows);
  const axes = kernel.map((_, i) => i + 2);
  const isDense = strides.every((stride) => stride === 1);
  if (kernel.every((length) => length === 1) && isDense) return [whole];
  return taps(kernel).map((tap) => {
    const starts = tap.map((at, i) => at * dilations[i]!);
    const stops = starts.map((start, i) => start + (made[i]! - 1) * strides[i]! + 1);
    return g.slice(whole, starts, stops, axes, isDense ? undefined : strides);
  });
}

function productPerTap(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const [batch = 0, made = 0, ...places] = g.dims(gradient);
  const area = places.reduce((a, b) => a * b, 1);
  const dy = g.reshape(gradient, [batch, made, area]);
  const parts = tapViews(g, x, places, windows).map((view) => {
    const product = g.matmul(dy, g.reshape(view, [batch, dims[1]!, area]), { transB: true });
    return g.reshape(g.reduceSum(product, [0]), [made, dims[1]!, 1]);
  });
  return g.reshape(g.concat(parts, 2), dims);
}

/** All taps in one product, group by group. */
function productOfAllTaps(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  { group, ...windows }: Windows,
): string {
  const [batch = 0, made = 0, ...places] = g.dims(gradient);
  const area = places.reduce((a, b) => a * b, 1);
  const perGroup = dims[1]!;
  const views = tapViews(g, x, places, { ...windows, group });
  const apart = group === 1 ? views : views.map((view) => g.reshape(view, [batch, group, perGroup, area]));
  const columns = g.reshape(g.concat(apart, group === 1 ? 1 : 2), [batch, group, views.length * perGroup, area]);
  const dy = g.reshape(gradient, [batch, group, made / group, area]);
  // The larger operand on the left: the kernel rearranges the right one before it begins.
  const sums = g.reduceSum(g.matmul(columns, dy, { transB: true }), [0]);
  const parts = g.reshape(sums, [group, views.length, perGroup, made / group]);
  return g.reshape(g.transpose(parts, [0, 3, 2, 1]), dims);
}

/** Where `swappedInBlocks` is the fastest form: with strides, and over small pictures. */
function swappingInBlocksPays(
  g: GraphBuilder,
  dims: readonly number[],
  gradient: string,
  { kernel, strides }: Windows,
): boolean {
  const [batch = 0, made = 0, height = 0, width = 0] = g.dims(gradient);
  const swapped = { kernel: [height, width], group: 1 };
  const pays = kernel.some((length) => length > 1) &&
    (strides.some((stride) => stride > 1) || height * width <= smallArea);
  return pays && dims[1]! >= manyChannels && blockingPays(g, gradient, [made, batch, height, width], swapped);
}

/**
 * A convolution of the input with the gradient as its kernel, samples and channels changed, strides and dilations too;
 * in blocks of channels nothing is unfolded for it.
 */
function swappedInBlocks(g: GraphBuilder, x: string, gradient: string, windows: Windows): string {
  const places = g.dims(gradient).slice(2);
  const swap = [1, 0, 2, 3];
  const none = places.map(() => 0);
  const made = blockedConv(
    g,
    [g.transpose(paddedInput(g, x, places, windows), swap), g.transpose(gradient, swap)],
    { kernel: places, strides: windows.dilations, dilations: windows.strides, begins: none, ends: none, group: 1 },
  );
  return g.transpose(made, swap);
}

/** A convolution of the input with the gradient, samples and channels changed: two to eight times slower, but small. */
function swappedConv(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const swap = [1, 0, ...windows.kernel.map((_, i) => i + 2)];
  const full = g.emit('Conv', [g.transpose(x, swap), g.transpose(gradient, swap)], {
    ...windowAttributes({ ...windows, strides: windows.dilations, dilations: windows.strides }),
    kernel_shape: attr.ints(g.dims(gradient).slice(2)),
  });
  const { kernel } = windows;
  const cut = g.dims(full).slice(2).every((length, i) => length === kernel[i])
    ? full
    : g.slice(full, kernel.map(() => 0), kernel, kernel.map((_, i) => i + 2));
  return g.reshape(g.transpose(cut, swap), dims);
}
