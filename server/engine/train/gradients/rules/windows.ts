/** Where the windows of a convolution or a pool lie, with every attribute filled in. One entry per spatial axis. */

import { LatheError } from '../../../errors.ts';
import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { Attributes, GraphBuilder } from '../graph-builder.ts';

export interface Windows {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
  readonly group: number;
}

/**
 * @param from spatial lengths of what is read
 * @param to spatial lengths of what is made
 */
export function windowsOf(
  node: Node,
  kernel: readonly number[],
  from: readonly number[],
  to: readonly number[],
): Windows {
  const ones = kernel.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const mode = node.string('auto_pad', 'NOTSET');
  const missing = (length: number, i: number): number =>
    (to[i]! - 1) * strides[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - length;
  const pads = mode === 'SAME_UPPER' || mode === 'SAME_LOWER'
    ? samePads(mode, from.map(missing))
    : (node.ints('pads') ?? [...ones, ...ones].map(() => 0));
  return {
    kernel,
    strides,
    dilations,
    begins: pads.slice(0, kernel.length),
    ends: pads.slice(kernel.length),
    group: node.int('group', 1),
  };
}

/** The same for ConvTranspose: `from` is what is read, `to` is what is made, and the padding follows from both. */
export function transposedWindowsOf(
  node: Node,
  kernel: readonly number[],
  from: readonly number[],
  to: readonly number[],
): Windows {
  const ones = kernel.map(() => 1);
  const strides = node.ints('strides') ?? ones;
  const dilations = node.ints('dilations') ?? ones;
  const mode = node.string('auto_pad', 'NOTSET');
  const extra = node.ints('output_padding') ?? ones.map(() => 0);
  const isGiven = node.ints('output_shape') === undefined && mode === 'NOTSET';
  const pads = isGiven
    ? (node.ints('pads') ?? [...ones, ...ones].map(() => 0))
    : samePads(mode, from.map((length, i) =>
      strides[i]! * (length - 1) + extra[i]! + dilations[i]! * (kernel[i]! - 1) + 1 - to[i]!));
  return {
    kernel,
    strides,
    dilations,
    begins: pads.slice(0, kernel.length),
    ends: pads.slice(kernel.length),
    group: node.int('group', 1),
  };
}

function samePads(mode: string, totals: readonly number[]): number[] {
  const smaller = totals.map((total) => Math.floor(Math.max(total, 0) / 2));
  const larger = totals.map((total, i) => Math.max(total, 0) - smaller[i]!);
  return mode === 'SAME_UPPER' ? [...smaller, ...larger] : [...larger, ...smaller];
}

/** Length that a window covers on axis `i`. */
export function span({ kernel, dilations }: Windows, i: number): number {
  return dilations[i]! * (kernel[i]! - 1) + 1;
}

/** The attributes of a convolution over these windows. */
export function windowAttributes(windows: Windows): Attributes {
  return {
    kernel_shape: attr.ints(windows.kernel),
    strides: attr.ints(windows.strides),
    dilations: attr.ints(windows.dilations),
    pads: attr.ints([...windows.begins, ...windows.ends]),
    group: attr.int(windows.group),
  };
}

/**
 * The attributes of the ConvTranspose that spreads values of the windows back over `lengths`: what no window reached at
 * the end is added by `output_padding`, and what windows covered beyond the end is cut off.
 */
export function spreadAttributes(windows: Windows, lengths: readonly number[], made: readonly number[]): Attributes {
  const rest = lengths.map((length, i) => {
    const covered = (made[i]! - 1) * windows.strides[i]! + span(windows, i);
    return length - (covered - windows.begins[i]! - windows.ends[i]!);
  });
  return {
    ...windowAttributes({ ...windows, ends: windows.ends.map((end, i) => end + Math.max(0, -rest[i]!)) }),
    output_padding: attr.ints(rest.map((length) => Math.max(0, length))),
  };
}

/** The input with its padding written out, as far as windows reach. */
export function paddedInput(g: GraphBuilder, x: string, made: readonly number[], windows: Windows): string {
  const { strides, begins } = windows;
  const lengths = g.dims(x).slice(2);
  const ends = lengths.map((length, i) => (made[i]! - 1) * strides[i]! + span(windows, i) - length - begins[i]!);
  return g.pad(x, [0, 0, ...begins, 0, 0, ...ends]);
}

/** All positions of a kernel, row by row. */
export function taps(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, length) => all.flatMap((tap) => Array.from({ length }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** `UNSUPPORTED` for a convolution of a shape that rules do not know. */
export function checkRank(node: Node, rank: number): void {
  if (rank >= 1 && rank <= 3) return;
  const message = `Convolutions over ${rank} axes cannot be trained.`;
  throw new LatheError('UNSUPPORTED', message, { at: { node: node.label } });
}
