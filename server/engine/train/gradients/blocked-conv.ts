/**
 * Convolutions in the layout of channel blocks, written out: onnxruntime does so by itself only where weights are
 * constants, and those that learn are not. Reordering activations costs little; of weights it is a Transpose.
 */

import { attr } from '../../model/attribute.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { windowAttributes, type Windows } from './rules/windows.ts';

const domain = 'com.microsoft.nchwc';

/**
 * Whether `blockedConv` can be used and is faster: for kernels of more than one tap over pictures, whose channels fill
 * blocks. 1x1 convolutions are as fast as matrix products.
 *
 * @param weight [made, channels / group, height, width]
 */
export function blockingPays(
  g: GraphBuilder,
  x: string,
  weight: readonly number[],
  windows: Pick<Windows, 'kernel' | 'group'>,
): boolean {
  const { block } = g;
  const [made = 0, perGroup = 0] = weight;
  const { kernel, group } = windows;
  const fits = group === 1 ? perGroup % block === 0 : perGroup === 1 && made === group;
  return block > 1 && g.dtype(x) === 'float32' && kernel.length === 2 && kernel.some((length) => length > 1) &&
    made % block === 0 && fits;
}

/** The convolution of [batch, channels, height, width]; `output` names the result. */
export function blockedConv(
  g: GraphBuilder,
  [x, weight, bias]: readonly [x: string, weight: string, bias?: string | undefined],
  windows: Windows,
  output = g.uniqueName('conv_grad'),
): string {
  const blocks = g.emit('ReorderInput', [x], {}, domain);
  const filters = blockedFilters(g, weight, windows.group);
  const inputs = [blocks, filters, ...(bias === undefined ? [] : [bias])];
  const made = g.emit('Conv', inputs, windowAttributes(windows), domain);
  const channels = { channels: attr.int(g.dims(weight)[0]!) };
  g.put({ opType: 'ReorderOutput', domain, inputs: [made], outputs: [output], attributes: channels });
  return output;
}

/** Filters as the kernels want them: both kinds of channels in blocks, innermost. Depthwise ones have one kind. */
function blockedFilters(g: GraphBuilder, weight: string, group: number): string {
  const dims = g.dims(weight);
  const [made = 0, perGroup = 0, height = 0, width = 0] = dims;
  const { block } = g;
  const swapped = group === 1
    ? g.transpose(
      g.reshape(weight, [made / block, block, perGroup / block, block, height, width]),
      [0, 2, 4, 5, 3, 1],
    )
    : g.transpose(g.reshape(weight, [made / block, block, height, width]), [0, 2, 3, 1]);
  return g.reshape(swapped, dims);
}
