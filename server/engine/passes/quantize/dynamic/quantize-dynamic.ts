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
import type { Candidate, CandidateLayer, LayerMode } from '../candidates.ts';
import type { QuantizeSettings } from '../settings.ts';
import {
  floatWeight,
  quantizeGather,
  quantizeMatrixProduct,
  quantizeStoredOnly,
  smallestHalved,
  type Rewrite,
  type RewriteContext,
} from './rewrites.ts';

/** What to do with matrix products: compute with integers, or store their weights as integers only. */
export type Products = 'integer' | 'stored';

/**
 * Quantizes a copy of `model`, whose opset must be 13 or later. Layers whose weights are integers already are left as
 * they are.
 *
 * @param seen inputs of layers, by label: their weights are rounded by them where only weights are stored
 */
export function quantizeDynamic(
  model: Model,
  settings: QuantizeSettings,
  products: Products = 'integer',
  seen?: RewriteContext['seen'],
): Candidate {
  const copy = model.clone();
  const layers: CandidateLayer[] = [];
  new ScopeQuantizer(copy, settings, products, seen, layers).quantize(copy.graph, undefined);
  return { model: copy, layers };
}

class ScopeQuantizer {
  private readonly model: Model;
  private readonly settings: QuantizeSettings;
  private readonly products: Products;
  private readonly seen: RewriteContext['seen'];
  private readonly layers: CandidateLayer[];

  constructor(
    model: Model,
    settings: QuantizeSettings,
    products: Products,
    seen: RewriteContext['seen'],
    layers: CandidateLayer[],
  ) {
    this.model = model;
    this.seen = seen;
    this.settings = settings;
    this.products = products;
    this.layers = layers;
  }

  quantize(graph: Graph, outer: Constants | undefined): void {
    const constants = new Constants(graph, this.model.irVersion, outer);
    let editor = new GraphEditor(this.model, graph);
    for (const node of [...graph.nodes]) {
      for (const subgraph of node.subgraphs()) {
        this.quantize(subgraph, constants);
        // The names that the subgraph has now are taken.
        editor = new GraphEditor(this.model, graph);
      }
      this.quantizeNode(node, editor, constants);
    }
    editor.finish();
  }

  private quantizeNode(node: Node, editor: GraphEditor, constants: Constants): void {
    const { settings } = this;
    const mode = settings.mode(node);
    const halved = mode === 'weights' && settings.storedType(node) === 'float16';
    const weightBytes = weightBytesOf(node, constants, halved ? smallestHalved : undefined);
    if (weightBytes === 0) return;
    const { label, opType } = node;
    const common = { name: label, opType, weightBytes };
    const reason = settings.reason(node);
    if (mode === 'float') {
      this.layers.push({ ...common, mode, action: 'float', ...(reason !== undefined && { reason }) });
      return;
    }
    const output = node.outputs[0] ?? '';
    const rewrite = rewriteOf(node, mode, this.products);
    const done = rewrite(node, { editor, constants, settings, seen: this.seen });
    if (done) this.layers.push({ ...common, mode, output, ...done, ...(reason !== undefined && { reason }) });
  }
}

const stored = ['Conv', 'ConvTranspose', 'LSTM', 'GRU', 'RNN'];

function weightBytesOf(node: Node, constants: Constants, smallest: number | undefined): number {
  const inputs = node.is('LSTM', 'GRU', 'RNN') ? [1, 2] : node.is('Gather') ? [0] : [1];
  if (!node.is('MatMul', 'Gemm', 'Gather', ...stored)) return 0;
  return inputs.reduce((sum, i) => sum + (floatWeight(node.input(i), constants, smallest)?.byteLength ?? 0), 0);
}

function rewriteOf(node: Node, mode: LayerMode, products: Products): Rewrite {
  if (node.is('Gather')) return quantizeGather;
  if (node.is('MatMul', 'Gemm') && mode === 'int8' && products === 'integer') return quantizeMatrixProduct;
  return quantizeStoredOnly;
}
