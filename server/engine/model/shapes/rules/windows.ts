/**
 * Output lengths of sliding windows: convolution and pooling over the spatial dimensions, in either layout.
 *
 * Source: ONNX operator specification (Conv, ConvTranspose, MaxPool), and onnxruntime where the specification leaves
 * room: a window of `ceil_mode` that would start in the padding after the data is left out.
 */

import type { Dim } from '../../types.ts';
import { addDims, compute, multiplyDims, unknownShape, type Shape } from '../dims.ts';
import type { NodeFacts } from '../node-facts.ts';

/** The spatial part of a shape [batch, channels, …spatial], or of [batch, …spatial, channels]. */
export interface ImageShape {
  readonly batch: Dim;
  readonly channels: Dim;
  readonly spatial: Shape;
}

export function imageShape(shape: Shape | undefined, channelsLast = false): ImageShape | undefined {
  if (!shape || shape.length < 2) return undefined;
  const [batch, ...rest] = shape as readonly [Dim, ...Dim[]];
  return channelsLast
    ? { batch, channels: rest.at(-1)!, spatial: rest.slice(0, -1) }
    : { batch, channels: rest[0]!, spatial: rest.slice(1) };
}

export function fromImageShape({ batch, channels, spatial }: ImageShape, channelsLast = false): Shape {
  return channelsLast ? [batch, ...spatial, channels] : [batch, channels, ...spatial];
}

/** Window attributes of one node, one entry per spatial axis. */
export interface Windows {
  readonly kernel: Shape;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** All begins, then all ends. */
  readonly pads: readonly Dim[];
  readonly autoPad: string;
  readonly ceil: boolean;
}

/** The attributes, with defaults; undefined when their lengths do not fit `rank` spatial axes. */
export function windowsOf(n: NodeFacts, rank: number, kernel: Shape | undefined): Windows | undefined {
  const filled = (name: string, length: number, value: number): readonly number[] =>
    n.node.ints(name) ?? new Array<number>(length).fill(value);
  const windows = {
    kernel: kernel ?? n.node.ints('kernel_shape') ?? unknownShape(rank) ?? [],
    strides: filled('strides', rank, 1),
    dilations: filled('dilations', rank, 1),
    pads: filled('pads', 2 * rank, 0),
    autoPad: n.node.string('auto_pad', 'NOTSET'),
    ceil: n.node.int('ceil_mode', 0) !== 0,
  };
  const fit =
    windows.kernel.length === rank &&
    windows.strides.length === rank &&
    windows.dilations.length === rank &&
    windows.pads.length === 2 * rank &&
    windows.strides.every((s) => s > 0);
  return fit ? windows : undefined;
}

/** Positions that a kernel covers, holes included. */
function extent(kernel: Dim, dilation: number): Dim {
  return compute((k) => (k - 1) * dilation + 1, kernel);
}

/** Whether padding is chosen so that the output has the input's length divided by the stride. */
function isSame({ autoPad }: Windows): boolean {
  return autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER';
}

/** Number of window positions along axis `i`. */
export function windowCount(length: Dim, windows: Windows, i: number): Dim {
  const { kernel, strides, dilations, pads, autoPad, ceil } = windows;
  const stride = strides[i]!;
  const covered = extent(kernel[i]!, dilations[i]!);
  if (isSame(windows)) return stride === 1 ? length : compute((d) => Math.ceil(d / stride), length);
  const [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[i]!, pads[i + kernel.length]!];
  if (stride === 1 && typeof covered === 'number' && covered - 1 === addDims(before, after)) return length;
  return compute((d, k, b, a) => {
    const steps = (d + b + a - k) / stride;
    if (steps < 0) return NaN;
    if (!ceil || Number.isInteger(steps)) return Math.floor(steps) + 1;
    // The specification has no ceiling for VALID; runtimes differ.
    if (autoPad === 'VALID') return NaN;
    const last = Math.ceil(steps);
    return last * stride >= d + b ? last : last + 1;
  }, length, covered, before, after);
}

/** The same for pooling, where onnxruntime chooses the padding as if there were no dilation. */
export function pooledCount(length: Dim, windows: Windows, i: number): Dim {
  return isSame(windows) && windows.dilations[i] !== 1 ? null : windowCount(length, windows, i);
}

/** Length that a transposed convolution gives along axis `i`. */
export function transposedLength(length: Dim, windows: Windows, i: number, outputPadding: number): Dim {
  const { kernel, strides, dilations, pads, autoPad } = windows;
  const stride = strides[i]!;
  const covered = extent(kernel[i]!, dilations[i]!);
  if (isSame(windows)) {
    // Where the kernel does not reach the next stride, onnxruntime leaves the last gap out.
    return typeof covered === 'number' && covered >= stride ? multiplyDims(length, stride) : null;
  }
  const [before, after] = autoPad === 'VALID' ? [0, 0] : [pads[i]!, pads[i + kernel.length]!];
  return compute(
    (d, k, b, a) => stride * (d - 1) + outputPadding + k - b - a,
    length,
    covered,
    before,
    after,
  );
}
