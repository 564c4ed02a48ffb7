/**
 * Dynamic int8: weights are stored as int8, and each activation is quantized when it is known, at run time. Needs no
 * data. Works in every scope, so also in the branches of If and the bodies of Loop.
 *
 * - MatMul, Gemm: DynamicQuantizeLinear, MatMulInteger, then the scales (ONNX standard operators, which onnxruntime
 *   fuses into one kernel).
 * - Gather from a float table (embeddings): int8 table with one scale per row.
 * - Convolutions and recurrent layers: weights are stored as int8 and dequantized when the model runs, since their
 *   dynamic integer kernels are slower than the float ones or do not exist everywhere. The file shrinks as much.
 */

import { Constants } from '../../../model/constants.ts';
import { GraphEditor } from '../../../model/graph-editor.ts';
import type { Graph } from '../../../model/graph.ts';
import type { Model } from '../../../model/model.ts';
import type { Node } from '../../../model/node.ts';
import type { LayerAction } from '../../pass.ts';
import type { QuantizeSettings } from '../settings.ts';
import { quantizeGather, quantizeMatrixProduct, quantizeStoredOnly, type Rewrite } from './rewrites.ts';

/** Weights with fewer elements than this stay float: scales and extra nodes would cost more than they save. */
const smallestElements = 512;

export interface DynamicResult {
  readonly model: Model;
  readonly layers: readonly LayerAction[];
}

/** Quantizes a copy of `model`, whose opset must be 13 or later. */
export function quantizeDynamic(model: Model, settings: QuantizeSettings): DynamicResult {
  const copy = model.clone();
  const layers: LayerAction[] = [];
  quantizeScope(copy, copy.graph, undefined, settings, layers);
  return { model: copy, layers };
}

function quantizeScope(
  model: Model,
  graph: Graph,
  outer: Constants | undefined,
  settings: QuantizeSettings,
  layers: LayerAction[],
): void {
  const constants = new Constants(graph, model.irVersion, outer);
  const editor = new GraphEditor(model, graph);
  for (const node of [...graph.nodes]) {
    for (const subgraph of node.subgraphs()) quantizeScope(model, subgraph, constants, settings, layers);
    const rewrite = rewriteOf(node);
    if (!rewrite) continue;
    const { label, opType } = node;
    const refusal = settings.refusal(node);
    if (refusal !== undefined) {
      layers.push({ name: label, opType, action: 'float', reason: refusal });
      continue;
    }
    const done = rewrite(node, { editor, constants, settings, smallestElements });
    if (done) layers.push({ name: label, opType, ...done });
  }
  editor.finish();
}

function rewriteOf(node: Node): Rewrite | undefined {
  if (node.is('MatMul', 'Gemm')) return quantizeMatrixProduct;
  if (node.is('Gather')) return quantizeGather;
  if (node.is('Conv', 'ConvTranspose', 'LSTM', 'GRU', 'RNN')) return quantizeStoredOnly;
  return undefined;
}
