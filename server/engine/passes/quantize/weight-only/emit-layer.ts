/** A layer with its weight in few bits: which nodes stand for it, in each form of storage. */

import { attr } from '../../../model/attribute.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import { blocksOf, type BlockWeights } from './block-weights.ts';
import type { StoredBlocks } from './stored-blocks.ts';
import type { WeightLayer } from './weight-layers.ts';

/** Where the codes become numbers: in the kernel; when the model is loaded; or as a runtime treats DequantizeLinear. */
export type LayerForm = 'packed' | 'unpacked' | 'dequantize';

/** Bits that the kernels take: 3 only exist unpacked (tried with onnxruntime 1.30). */
export function hasKernel({ product, node }: WeightLayer, { grid: { bits } }: BlockWeights): boolean {
  return bits !== 3 && (product || node.is('Gather'));
}

export interface EmitContext {
  readonly editor: GraphEditor;
  readonly stored: StoredBlocks;
  /** Quantize what a product is fed to int8 as it runs: faster, and one more source of error. */
  readonly quantizesInputs: boolean;
}

/** Rewrites the layer's node in place; the node keeps its name, and its outputs theirs. */
export function emitLayer(layer: WeightLayer, weights: BlockWeights, form: LayerForm, context: EmitContext): void {
  context.stored.register(weights, layer.weight.name);
  const { bits } = weights.grid;
  if (form === 'dequantize' && (bits === 4 || bits === 8)) dequantizeBlocks(layer, weights, context);
  else if (form !== 'packed' || !hasKernel(layer, weights)) unpack(layer, weights, context);
  else if (layer.node.is('Gather')) gatherPacked(layer, weights, context);
  else multiplyPacked(layer, weights, context);
}

/**
 * onnxruntime's MatMulNBits. Without `accuracy_level` it computes in float32, exactly what the weights stand for;
 * level 4 quantizes the inputs to int8.
 */
function multiplyPacked(layer: WeightLayer, weights: BlockWeights, context: EmitContext): void {
  const { editor, stored, quantizesInputs } = context;
  const { node } = layer;
  const { bits, blockSize, zeroPoints } = weights.grid;
  const bias = node.is('Gemm') ? node.input(2) : undefined;
  const output = node.outputs[0]!;
  const product = bias === undefined ? output : editor.uniqueName(`${output}_product`);
  const inputs = [node.inputs[0]!, stored.codes(weights), stored.scales(weights)];
  if (zeroPoints) inputs.push(stored.packedZeroPoints(weights));
  const { name } = node;
  editor.remove(node);
  editor.add({
    opType: 'MatMulNBits',
    domain: 'com.microsoft',
    name,
    inputs,
    outputs: [product],
    attributes: {
      K: attr.int(weights.columns),
      N: attr.int(weights.rows),
      bits: attr.int(bits),
      block_size: attr.int(blockSize),
      ...(quantizesInputs && { accuracy_level: attr.int(4) }),
    },
  });
  if (bias !== undefined) {
    editor.add({ opType: 'Add', name: `${name}_bias`, inputs: [product, bias], outputs: [output] });
  }
  editor.model.opsetImports.set('com.microsoft', 1);
}

function gatherPacked({ node }: WeightLayer, weights: BlockWeights, { editor, stored }: EmitContext): void {
  const { bits, blockSize, zeroPoints } = weights.grid;
  const inputs = [stored.rowCodes(weights), node.inputs[1]!, stored.scales(weights)];
  if (zeroPoints) inputs.push(stored.packedZeroPoints(weights));
  const { name, outputs } = node;
  editor.remove(node);
  editor.add({
    opType: 'GatherBlockQuantized',
    domain: 'com.microsoft',
    name,
    inputs,
    outputs,
    attributes: {
      bits: attr.int(bits),
      block_size: attr.int(blockSize),
      gather_axis: attr.int(0),
      quantize_axis: attr.int(1),
    },
  });
  editor.model.opsetImports.set('com.microsoft', 1);
}

/** The float weight as a result of constants, which runtimes compute once, when they load the model. */
function unpack(layer: WeightLayer, weights: BlockWeights, { editor, stored }: EmitContext): void {
  const { node, input } = layer;
  editor.setInput({ node, index: input }, placeRows(layer, stored.blockFloats(weights), weights, stored));
}

/**
 * Blocks along the rows of the matrix, transposed behind: with blocks along the first axis onnxruntime would make a
 * MatMulNBits of DequantizeLinear and MatMul that quantizes its inputs to int8 (tried with 1.30: 0.5 % of error).
 */
function dequantizeBlocks(layer: WeightLayer, weights: BlockWeights, { editor, stored }: EmitContext): void {
  const { node, input } = layer;
  editor.setInput({ node, index: input }, place(layer, stored.dequantized(weights), weights, stored));
}

/** The layer's weight in its own shape, from the value `blocks` [… rows, blocks, blockSize]. */
export function placeRows(layer: WeightLayer, blocks: string, weights: BlockWeights, stored: StoredBlocks): string {
  const { rows, columns, grid: { blockSize } } = weights;
  const padded = blocksOf(columns, blockSize) * blockSize;
  const value = padded === columns ? blocks : stored.firstColumns(stored.reshape(blocks, [rows, padded]), columns);
  return place(layer, value, weights, stored);
}

/** The same from a value of rows * columns elements. */
function place(layer: WeightLayer, value: string, { rows, columns }: BlockWeights, stored: StoredBlocks): string {
  const { order, weight: { dims } } = layer;
  if (order === 'rows') return stored.reshape(value, dims);
  if (order === 'columns') return stored.transpose(stored.reshape(value, [rows, columns]), [1, 0]);
  const [outputs = 1, inputs = 1, ...kernel] = dims;
  const channelsLast = stored.reshape(value, [outputs, ...kernel, inputs]);
  return stored.transpose(channelsLast, [0, dims.length - 1, ...kernel.map((_, i) => i + 1)]);
}
