/** Gradient of a depthwise convolution by its weight, one filter a channel. */

import { attr } from '../../../model/attribute.ts';
import { Tensor } from '../../../model/tensor.ts';
import { blockedConv, blockingPays } from '../blocked-conv.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { paddedInput, span, windowAttributes, type Windows } from './windows.ts';

/** Wider than this, most of the products of `diagonalSums` are wasted. */
const maxWidth = 56;

/**
 * @param x [batch, channels, height, width]
 * @param dims of the weight [channels, 1, height, width]
 */
export function depthwiseWeightGradient(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const [batch = 0, channels = 0, ...places] = g.dims(gradient);
  const planes = batch * channels;
  if (blockingPays(g, x, [planes, 1, ...places], { kernel: places, group: planes })) {
    return blockedPerSample(g, x, dims, gradient, windows);
  }
  const isDense = windows.strides.every((stride) => stride === 1);
  return isDense && g.dims(x)[3]! <= maxWidth
    ? diagonalSums(g, x, dims, gradient, windows)
    : convPerSample(g, x, dims, gradient, windows);
}

/**
 * Each channel of each sample is a channel of one depthwise convolution, with the gradient as its kernel, strides and
 * dilations changed; in blocks of channels that is two to six times as fast as anything else.
 */
function blockedPerSample(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const [batch = 0, channels = 0, ...places] = g.dims(gradient);
  const planes = batch * channels;
  const whole = paddedInput(g, x, places, windows);
  const inputs = [
    g.reshape(whole, [1, planes, ...g.dims(whole).slice(2)]),
    g.reshape(gradient, [planes, 1, ...places]),
  ] as const;
  const none = places.map(() => 0);
  const { strides: dilations, dilations: strides, kernel } = windows;
  const made = blockedConv(g, inputs, { kernel: places, strides, dilations, begins: none, ends: none, group: planes });
  return g.reshape(g.reduceSum(g.reshape(made, [batch, channels, ...kernel]), [0]), dims);
}

/**
 * For each row of the kernel one product of all rows of the input with all rows of the gradient, over samples and
 * heights, and from that the sums along its diagonals: column w of the gradient meets column w + tap of the input.
 */
function diagonalSums(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const [batch = 0, channels = 0, height = 0, width = 0] = g.dims(x);
  const [, , rows = 0, columns = 0] = g.dims(gradient);
  const [kernelHeight = 0, kernelWidth = 0] = windows.kernel;
  const [top = 0, left = 0] = windows.begins;
  const [down = 1, across = 1] = windows.dilations;
  const bottom = rows - 1 + span(windows, 0) - height - top;
  // Only rows are padded; the mask knows which columns there are.
  const planes = g.pad(g.transpose(x, [1, 0, 2, 3]), [0, 0, top, 0, 0, 0, bottom, 0]);
  const depth = batch * rows;
  const dy = g.reshape(g.transpose(gradient, [1, 0, 2, 3]), [channels, depth, columns]);
  const mask = new Float32Array(width * columns * kernelWidth);
  for (let tap = 0; tap < kernelWidth; tap++) {
    for (let column = 0; column < columns; column++) {
      const at = column + tap * across - left;
      if (at >= 0 && at < width) mask[(at * columns + column) * kernelWidth + tap] = 1;
    }
  }
  const diagonals = g.tensor(Tensor.fromBytes('diagonals', 'float32', [width * columns, kernelWidth], mask));
  const parts = Array.from({ length: kernelHeight }, (_, row) => {
    const seen = g.slice(planes, [row * down], [row * down + rows], [2]);
    const products = g.matmul(g.reshape(seen, [channels, depth, width]), dy, { transA: true });
    const sums = g.matmul(g.reshape(products, [channels, width * columns]), diagonals);
    return g.reshape(sums, [channels, 1, kernelWidth]);
  });
  return g.reshape(g.concat(parts, 1), dims);
}

/** Each channel of each sample is a group: the input convolved with the gradient, strides and dilations changed. */
function convPerSample(
  g: GraphBuilder,
  x: string,
  dims: readonly number[],
  gradient: string,
  windows: Windows,
): string {
  const [batch = 0, channels = 0, height = 0, width = 0] = g.dims(x);
  const [, , rows = 0, columns = 0] = g.dims(gradient);
  const planes = batch * channels;
  const picture = g.reshape(x, [1, planes, height, width]);
  const kernels = g.reshape(gradient, [planes, 1, rows, columns]);
  const full = g.emit('Conv', [picture, kernels], {
    ...windowAttributes({
      ...windows,
      strides: windows.dilations,
      dilations: windows.strides,
      group: planes,
    }),
    kernel_shape: attr.ints([rows, columns]),
  });
  const { kernel } = windows;
  const isWhole = g.dims(full).slice(2).every((length, i) => length === kernel[i]);
  const cut = isWhole ? full : g.slice(full, [0, 0], kernel, [2, 3]);
  return g.reshape(g.reduceSum(g.reshape(cut, [batch, channels, ...kernel]), [0]), dims);
}
