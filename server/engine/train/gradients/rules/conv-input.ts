/** Gradient of a convolution by its input. */

import { blockedConv, blockingPays } from '../blocked-conv.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import { spreadAttributes, windowAttributes, type Windows } from './windows.ts';

/** Below this onnxruntime's ConvTranspose is faster than its Conv with the kernel turned round. */
const manyChannels = 16;

/**
 * @param dims of the input [batch, channels, …]
 * @param weight [made, channels / group, …kernel]
 * @param gradient [batch, made, …]
 */
export function convInputGradient(
  g: GraphBuilder,
  dims: readonly number[],
  weight: string,
  gradient: string,
  windows: Windows,
): string {
  const [made = 0, perGroup = 0] = g.dims(weight);
  const isDepthwise = windows.group > 1 && perGroup === 1 && made === windows.group;
  const pays = isDepthwise || (dims[1]! >= manyChannels && made >= manyChannels);
  if (pays && windows.strides.every((stride) => stride === 1)) {
    const turned = turnedConv(g, dims, weight, gradient, windows);
    if (turned !== undefined) return turned;
  }
  if (isDepthwise && windows.strides.some((stride) => stride > 1)) {
    const turned = turnedSpread(g, dims, weight, gradient, windows);
    if (turned !== undefined) return turned;
  }
  const attributes = spreadAttributes(windows, dims.slice(2), g.dims(gradient).slice(2));
  return g.emit('ConvTranspose', [gradient, weight], attributes);
}

/** With strides of 1: a convolution of the gradient with the kernel turned round, in and out changed. */
function turnedConv(
  g: GraphBuilder,
  dims: readonly number[],
  weight: string,
  gradient: string,
  windows: Windows,
): string | undefined {
  const { kernel, dilations, group } = windows;
  const begins = kernel.map((length, i) => dilations[i]! * (length - 1) - windows.begins[i]!);
  const ends = kernel.map((length, i) =>
    dims[i + 2]! + dilations[i]! * (length - 1) - begins[i]! - g.dims(gradient)[i + 2]!);
  if ([...begins, ...ends].some((pad) => pad < 0)) return undefined;
  const [made = 0, perGroup = 0] = g.dims(weight);
  const swapped = swapChannels(g, weight, made, perGroup, group);
  const axes = kernel.flatMap((length, i) => (length > 1 ? [i + 2] : []));
  const back = axes.map(() => -1);
  const turned = axes.length === 0
    ? swapped
    : g.slice(swapped, back, axes.map(() => Number.MIN_SAFE_INTEGER), axes, back);
  const around = { ...windows, begins, ends };
  return blockingPays(g, gradient, g.dims(turned), around)
    ? blockedConv(g, [gradient, turned], around)
    : g.emit('Conv', [gradient, turned], windowAttributes(around));
}

/** Depthwise, with strides: zeros between the places of the gradient, where blocks of channels make up for them. */
function turnedSpread(
  g: GraphBuilder,
  dims: readonly number[],
  weight: string,
  gradient: string,
  windows: Windows,
): string | undefined {
  if (!blockingPays(g, gradient, g.dims(weight), windows)) return undefined;
  const [batch = 0, channels = 0, ...places] = g.dims(gradient);
  const { strides } = windows;
  const apart = g.reshape(gradient, [batch, channels, ...places.flatMap((length) => [length, 1])]);
  const zeros = [0, 0, ...strides.flatMap((stride) => [0, stride - 1])];
  const spread = g.pad(apart, [...zeros.map(() => 0), ...zeros]);
  const wide = g.reshape(spread, [batch, channels, ...places.map((length, i) => length * strides[i]!)]);
  return turnedConv(g, dims, weight, wide, { ...windows, strides: strides.map(() => 1) });
}

/** [made, perGroup, …] as [perGroup · group, made / group, …], group by group. */
function swapChannels(g: GraphBuilder, weight: string, made: number, perGroup: number, group: number): string {
  const kernel = g.dims(weight).slice(2);
  const rest = kernel.map((_, i) => i + 2);
  if (group === 1) return g.transpose(weight, [1, 0, ...rest]);
  if (perGroup === 1 && made === group) return weight;
  const apart = g.reshape(weight, [group, made / group, perGroup, ...kernel]);
  const swapped = g.transpose(apart, [0, 2, 1, ...rest.map((axis) => axis + 1)]);
  return g.reshape(swapped, [perGroup * group, made / group, ...kernel]);
}
