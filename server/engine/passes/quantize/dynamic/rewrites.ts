/** What becomes of one node under dynamic quantization. */

import { attr } from '../../../model/attribute.ts';
import type { Constants } from '../../../model/constants.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import type { QuantizeSettings } from '../settings.ts';
import { storeMatrix, type StoredWeights } from '../stored-weights.ts';
import { convLayout, type WeightLayout } from '../weights.ts';
import { storeWeight, type SeenInputs } from './store-weight.ts';

export interface RewriteContext {
  readonly editor: GraphEditor;
  readonly constants: Constants;
  readonly settings: QuantizeSettings;
  /** What was seen of the inputs of a layer, by its label. */
  readonly seen?: ((label: string) => SeenInputs | undefined) | undefined;
}

/** Rewrites `node` in place; undefined when it has nothing to quantize. */
export type Rewrite = (
  node: Node,
  context: RewriteContext,
) => { readonly action: string; readonly weightSqnrDb?: number } | undefined;

/** Weights with fewer elements than this stay float: scales and extra nodes would cost more than they save. */
const smallestElements = 512;
/** float16 weights have no scales, and one node less behind them. */
export const smallestHalved = 128;

/** The constant float matrix or kernel called `name`, when it is large enough to quantize. */
export function floatWeight(
  name: string | undefined,
  constants: Constants,
  smallest = smallestElements,
): Tensor | undefined {
  const tensor = constants.tensor(name);
  const quantizable = tensor?.dtype === 'float32' && tensor.dims.length > 1 && tensor.size >= smallest;
  return quantizable ? tensor : undefined;
}

function done(action: string, stored: StoredWeights): ReturnType<Rewrite> {
  return { action, ...(Number.isFinite(stored.sqnrDb) && { weightSqnrDb: stored.sqnrDb }) };
}

/** MatMul and Gemm with a constant matrix on the right. */
export const quantizeMatrixProduct: Rewrite = (node, context) => {
  const { editor } = context;
  const weight = floatWeight(node.input(1), context.constants);
  if (weight?.dims.length !== 2) return undefined;
  const gemm = node.is('Gemm');
  const plain = node.int('transA', 0) === 0 && node.float('alpha', 1) === 1 && node.float('beta', 1) === 1;
  if (gemm && !plain) return undefined;
  const matrix = gemm && node.int('transB', 0) !== 0 ? transposed(weight) : weight;
  const stored = storeMatrix(matrix, 1, context.settings.limitPairs);
  const base = node.label;
  const codes = editor.addInitializer(stored.codes);
  const scales = editor.addInitializer(stored.scales);
  const zero = editor.addInitializer(Tensor.from(`${weight.name}_zero`, 'int8', [], [0]));
  const [x, xScale, xZero, sums, floats, scale] = ['x_q', 'x_scale', 'x_zero', 'sums', 'sums_float', 'scale'].map(
    (suffix) => editor.uniqueName(`${base}_${suffix}`),
  ) as [string, string, string, string, string, string];
  const bias = gemm ? node.input(2) : undefined;
  const output = node.outputs[0]!;
  const product = bias ? editor.uniqueName(`${base}_product`) : output;
  editor.remove(node);
  editor.add({
    opType: 'DynamicQuantizeLinear',
    name: `${base}_quantize`,
    inputs: [node.inputs[0]!],
    outputs: [x, xScale, xZero],
  });
  editor.add({ opType: 'MatMulInteger', name: base, inputs: [x, codes, xZero, zero], outputs: [sums] });
  editor.add({
    opType: 'Cast',
    name: `${base}_cast`,
    inputs: [sums],
    outputs: [floats],
    attributes: { to: attr.int(1) },
  });
  editor.add({ opType: 'Mul', name: `${base}_scales`, inputs: [xScale, scales], outputs: [scale] });
  editor.add({ opType: 'Mul', name: `${base}_dequantize`, inputs: [floats, scale], outputs: [product] });
  if (bias) editor.add({ opType: 'Add', name: `${base}_bias`, inputs: [product, bias], outputs: [output] });
  return done('int8 dynamic', stored);
};

/** [columns, rows] of a matrix [rows, columns]. Gemm weights are small beside what is streamed, so at once. */
function transposed(weight: Tensor): Tensor {
  const [rows = 1, columns = 1] = weight.dims;
  const values = weight.toFloat32();
  const out = new Float32Array(values.length);
  for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) out[c * rows + r] = values[r * columns + c]!;
  return Tensor.fromBytes(weight.name, 'float32', [columns, rows], out);
}

/** Gather of rows of a float table: rows of codes times their scales. */
export const quantizeGather: Rewrite = (node, context) => {
  const { editor } = context;
  const table = floatWeight(node.input(0), context.constants);
  if (table?.dims.length !== 2 || node.int('axis', 0) !== 0) return undefined;
  const stored = storeMatrix(table, 0, false);
  const rows = table.dims[0]!;
  const base = node.label;
  const codes = editor.addInitializer(stored.codes);
  const scales = editor.addInitializer(stored.scales.withDims([rows, 1]));
  const [picked, floats, scale] = ['codes', 'codes_float', 'scale'].map((suffix) =>
    editor.uniqueName(`${base}_${suffix}`),
  ) as [string, string, string];
  const indices = node.inputs[1]!;
  const output = node.outputs[0]!;
  editor.remove(node);
  editor.add({ opType: 'Gather', name: base, inputs: [codes, indices], outputs: [picked] });
  editor.add({
    opType: 'Cast',
    name: `${base}_cast`,
    inputs: [picked],
    outputs: [floats],
    attributes: { to: attr.int(1) },
  });
  editor.add({ opType: 'Gather', name: `${base}_scales`, inputs: [scales, indices], outputs: [scale] });
  editor.add({ opType: 'Mul', name: `${base}_dequantize`, inputs: [floats, scale], outputs: [output] });
  return done('int8 table', stored);
};

/**
 * Keeps the node and stores its weights as int8, with one scale per output channel (for a recurrent layer, per row of
 * its matrices), or as the settings say.
 */
export const quantizeStoredOnly: Rewrite = (node, context) => {
  const { editor } = context;
  const inputs = node.is('LSTM', 'GRU', 'RNN') ? [1, 2] : [1];
  const seen = context.seen?.(node.label);
  const type = context.settings.storedType(node);
  let weightSqnrDb: number | undefined;
  for (const i of inputs) {
    const weight = floatWeight(node.input(i), context.constants, type === 'float16' ? smallestHalved : undefined);
    if (!weight) continue;
    const axis = outputAxis(node, weight);
    const where = { axis, layout: layoutAlong(weight, axis, node) };
    const { value, sqnrDb } = storeWeight(editor, weight, where, type, seen);
    node.inputs[i] = value;
    weightSqnrDb = Math.min(weightSqnrDb ?? Infinity, sqnrDb);
  }
  return weightSqnrDb === undefined ? undefined : { action: `${storedWords[type]} weights`, weightSqnrDb };
};

const storedWords = { float16: 'fp16', int16: 'int16', int8: 'int8', int4: 'int4' } as const;

/** Convolutions have their sums in the order that their inputs were seen in. */
function layoutAlong(weight: Tensor, axis: number, node: Node): WeightLayout {
  if (node.is('Conv')) return convLayout(weight.dims);
  const channels = weight.dims[axis]!;
  const rest = weight.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
  return {
    channels,
    reduction: weight.size / channels,
    index: (channel, k) => (Math.floor(k / rest) * channels + channel) * rest + (k % rest),
  };
}

/** The axis of a weight that tells output channels apart. */
function outputAxis(node: Node, weight: Tensor): number {
  if (node.is('Conv')) return 0;
  if (node.is('Gemm')) return node.int('transB', 0) !== 0 ? 0 : 1;
  if (node.is('MatMul')) return weight.dims.length - 1;
  return 1;
}
