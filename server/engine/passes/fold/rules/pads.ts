/** A Pad that only adds zeros around pictures is what Conv and average pooling do by themselves. */

import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

export const padsIntoLayer: FoldRule = {
  operators: ['Pad'],
  apply(node, scope) {
    const use = scope.soleUse(node.outputs[0]);
    const data = node.input(0);
    if (use?.index !== 0 || data === undefined || node.string('mode', 'constant') !== 'constant') return false;
    const pads = spatialPads(node, scope);
    const value = padValue(node, scope);
    const layer = use.node;
    if (!pads || value === undefined || !takesPads(layer, value, pads, scope)) return false;
    const own = layer.ints('pads') ?? pads.map(() => 0);
    if (own.length !== pads.length) return false;
    layer.attributes.delete('auto_pad');
    layer.attributes.set('pads', attr.ints(pads.map((pad, i) => pad + own[i]!)));
    if (layer.is('AveragePool')) layer.attributes.set('count_include_pad', attr.int(1));
    scope.report.add(node, 'folded', `into ${layer.label}`);
    scope.setInput(layer, 0, data);
    return true;
  },
};

/** Pads of all axes but the first two (begins, then ends); undefined when others are padded or something is cut off. */
function spatialPads(node: Node, scope: FoldScope): number[] | undefined {
  const pads = allPads(node, scope);
  if (!pads || pads.some((pad) => pad < 0)) return undefined;
  const rank = pads.length / 2;
  if (rank < 3 || [0, 1, rank, rank + 1].some((i) => pads[i] !== 0)) return undefined;
  return [...pads.slice(2, rank), ...pads.slice(rank + 2)];
}

function allPads(node: Node, scope: FoldScope): readonly number[] | undefined {
  if (scope.opset < 11) return node.ints(scope.opset < 2 ? 'paddings' : 'pads');
  const pads = scope.known(node.input(1))?.toNumbers();
  if (!pads || node.input(3) === undefined) return pads;
  const axes = scope.known(node.input(3))?.toNumbers();
  const rank = scope.shape(node.input(0))?.length;
  if (!axes || rank === undefined) return undefined;
  const all = new Array<number>(2 * rank).fill(0);
  for (const [i, axis] of axes.entries()) {
    const at = axis < 0 ? axis + rank : axis;
    all[at] = pads[i]!;
    all[at + rank] = pads[i + axes.length]!;
  }
  return all;
}

function padValue(node: Node, scope: FoldScope): number | undefined {
  if (scope.opset < 11) return node.float('value', 0);
  if (node.input(2) === undefined) return 0;
  return scope.known(node.input(2))?.toFloat32()[0];
}

function takesPads(layer: Node, value: number, pads: readonly number[], scope: FoldScope): boolean {
  const padding = layer.string('auto_pad', 'NOTSET');
  if (padding !== 'NOTSET' && padding !== 'VALID') return false;
  if (layer.is('Conv')) return value === 0;
  // Runtimes want pooling pads below the length of the window.
  const kernel = layer.ints('kernel_shape');
  const own = layer.ints('pads') ?? pads.map(() => 0);
  const fits = kernel !== undefined && pads.every((pad, i) => pad + own[i]! < kernel[i % kernel.length]!);
  if (!fits || layer.int('ceil_mode', 0) !== 0) return false;
  if (layer.is('AveragePool') && scope.opset >= 7 && value === 0) {
    return layer.int('count_include_pad', 0) !== 0 || own.every((pad) => pad === 0);
  }
  // Max pooling pads with the least number there is.
  return layer.is('MaxPool') && layer.outputs.length === 1 && value === -Infinity;
}
