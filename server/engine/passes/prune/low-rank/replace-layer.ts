/** Puts two thinner layers where one was. */

import { attr, type Attribute } from '../../../model/attribute.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { PatchShape } from '../../../runtime/observers/patch.ts';
import { patchShape } from '../../quantize/static/patches.ts';
import { convLayout, matrixLayout, type WeightLayout } from '../../quantize/weights.ts';
import type { SparseLayer } from '../sparse/sparse-layer.ts';
import type { Cut } from './choose-ranks.ts';

/**
 * @param node the layer's node in the model that is edited; it becomes the second of the two and keeps name and output
 * @returns the name of the second weight
 */
export function replaceLayer(editor: GraphEditor, layer: SparseLayer, node: Node, { factors, rank }: Cut): string {
  const { first, second } = factors.at(rank);
  const between = editor.uniqueName(`${node.outputs[0]!}_rank`);
  const fields = { name: `${node.label}_rank`, outputs: [between], domain: node.domain };
  const data = node.input(layer.role.data)!;
  const put = (suffix: string, dims: readonly number[], layout: WeightLayout, rows: Float64Array): string =>
    editor.addInitializer(tensorFrom(`${layer.weight}_${suffix}`, dims, layout, rows));
  if (node.is('Conv')) {
    const patch = patchShape(node, layer.role)!;
    const [one, two] = factors.split === 'space' ? alongAxes(patch) : [patch, pointwise(patch)];
    const firstDims = [rank, layer.neighbours, ...one.kernel];
    const secondDims = [layer.channels, rank, ...two.kernel];
    const w1 = put('first', firstDims, convLayout(firstDims), first);
    const w2 = put('second', secondDims, convLayout(secondDims), second);
    editor.add({ ...fields, opType: 'Conv', inputs: [data, w1], attributes: convAttributes(one) });
    node.attributes = new Map(Object.entries(convAttributes(two)));
    return rewire(editor, node, between, w2);
  }
  const transposed = node.is('Gemm') && node.int('transB', 0) !== 0;
  const [red, out] = [layer.reduction, layer.channels];
  const firstDims = transposed ? [rank, red] : [red, rank];
  const secondDims = transposed ? [out, rank] : [rank, out];
  const w1 = put('first', firstDims, matrixLayout(firstDims, transposed), first);
  const w2 = put('second', secondDims, matrixLayout(secondDims, transposed), second);
  editor.add({
    ...fields,
    opType: node.opType,
    inputs: [data, w1],
    ...(transposed && { attributes: { transB: attr.int(1) } }),
  });
  return rewire(editor, node, between, w2);
}

function rewire(editor: GraphEditor, node: Node, between: string, weight: string): string {
  editor.setInput({ node, index: 0 }, between);
  editor.setInput({ node, index: 1 }, weight);
  return weight;
}

function tensorFrom(name: string, dims: readonly number[], layout: WeightLayout, rows: Float64Array): Tensor {
  const values = new Float32Array(rows.length);
  for (let c = 0, at = 0; c < layout.channels; c++) {
    for (let k = 0; k < layout.reduction; k++) values[layout.index(c, k)] = rows[at++]!;
  }
  return Tensor.fromBytes(name, 'float32', dims, values);
}

/** The vertical and the horizontal half of a two-dimensional convolution. */
function alongAxes({ kernel, strides, dilations, padsBegin, padsEnd }: PatchShape): [PatchShape, PatchShape] {
  const half = (axis: 0 | 1): PatchShape => {
    const only = (values: readonly number[], rest: number): number[] =>
      (axis === 0 ? [values[0]!, rest] : [rest, values[1]!]);
    return {
      kernel: only(kernel, 1),
      strides: only(strides, 1),
      dilations: only(dilations, 1),
      padsBegin: only(padsBegin, 0),
      padsEnd: only(padsEnd, 0),
      groups: 1,
    };
  };
  return [half(0), half(1)];
}

function pointwise({ kernel }: PatchShape): PatchShape {
  const ones = kernel.map(() => 1);
  const zeros = kernel.map(() => 0);
  return { kernel: ones, strides: ones, dilations: ones, padsBegin: zeros, padsEnd: zeros, groups: 1 };
}

function convAttributes(shape: PatchShape): Record<string, Attribute> {
  const { kernel, strides, dilations, padsBegin, padsEnd } = shape;
  return {
    kernel_shape: attr.ints(kernel),
    strides: attr.ints(strides),
    dilations: attr.ints(dilations),
    pads: attr.ints([...padsBegin, ...padsEnd]),
  };
}
