/**
 * Keeps float layers float between integer ones. onnxruntime (1.30, `WeightBiasQuantization`) takes a convolution or
 * Gemm that reads a dequantized value for one whose weights somebody forgot to quantize, and quantizes them itself
 * when it loads the model: with one scale for the whole tensor, which is just what a layer that was kept float for its
 * accuracy does not bear. It looks for a DequantizeLinear right before the layer, so a step that changes nothing is
 * put between.
 */

import { attr } from '../../../model/attribute.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';

const weighted = ['Conv', 'ConvTranspose', 'Gemm'] as const;

/** @returns the number of values that were shielded */
export function shieldFloatLayers(editor: GraphEditor): number {
  const { graph, index, constants } = editor;
  const shields = new Map<string, string>();
  for (const node of [...graph.nodes]) {
    const value = node.input(0);
    if (!value || !node.is(...weighted) || constants.tensor(node.input(1))?.dtype !== 'float32') continue;
    if (!index.producer(value)?.is('DequantizeLinear')) continue;
    let shield = shields.get(value);
    if (shield === undefined) {
      shield = editor.uniqueName(`${value}_float`);
      // A slope of 1 below zero, too, and no rewriting of onnxruntime takes it out.
      editor.add({
        name: '',
        opType: 'LeakyRelu',
        inputs: [value],
        outputs: [shield],
        attributes: { alpha: attr.float(1) },
      });
      shields.set(value, shield);
    }
    editor.setInput({ node, index: 0 }, shield);
  }
  return shields.size;
}
