/** What becomes of one node under dynamic quantization. */

import { attr } from '../../../model/attribute.ts';
import type { Constants } from '../../../model/constants.ts';
import type { GraphEditor } from '../../../model/graph-editor.ts';
import type { Node } from '../../../model/node.ts';
import { Tensor } from '../../../model/tensor.ts';
import { decibels } from '../../../tensor/affine.ts';
import type { QuantizeSettings } from '../settings.ts';
import { storeMatrix, type StoredWeights } from '../stored-weights.ts';
import { quantizeWeights } from '../weights.ts';

export interface RewriteContext {
  readonly editor: GraphEditor;
  readonly constants: Constants;
  readonly settings: QuantizeSettings;
  /** Smaller weights stay float. */
  readonly smallestElements: number;
}

/** Rewrites `node` in place; undefined when it has nothing to quantize. */
export type Rewrite = (
  node: Node,
  context: RewriteContext,
) => { readonly action: string; readonly sqnrDb?: number; readonly reason?: string } | undefined;

function floatWeight(name: string | undefined, context: RewriteContext): Tensor | undefined {
  const tensor = context.constants.tensor(name);
  return tensor?.dtype === 'float32' && tensor.size >= context.smallestElements ? tensor : undefined;
}

function done(action: string, stored: StoredWeights): ReturnType<Rewrite> {
  return { action, ...(Number.isFinite(stored.sqnrDb) && { sqnrDb: stored.sqnrDb }) };
}

/** MatMul and Gemm with a constant matrix on the right. */
export const quantizeMatrixProduct: Rewrite = (node, context) => {
  const { editor } = context;
  const weight = floatWeight(node.input(1), context);
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
  const table = floatWeight(node.input(0), context);
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
 * Keeps the node and stores its weights as int8 behind DequantizeLinear: one scale per output channel of a convolution,
 * one per direction and row of a recurrent layer's matrices.
 */
export const quantizeStoredOnly: Rewrite = (node, context) => {
  const { editor } = context;
  const inputs = node.is('Conv', 'ConvTranspose') ? [1] : [1, 2];
  let sqnrDb: number | undefined;
  for (const i of inputs) {
    const weight = floatWeight(node.input(i), context);
    if (!weight) continue;
    const axis = node.is('Conv') ? 0 : 1;
    const channels = weight.dims[axis]!;
    const rest = weight.dims.slice(axis + 1).reduce((a, b) => a * b, 1);
    const outer = weight.size / channels / rest;
    const quantized = quantizeWeights(
      weight.toFloat32(),
      {
        channels,
        reduction: outer * rest,
        index: (channel, k) => (Math.floor(k / rest) * channels + channel) * rest + (k % rest),
      },
      { type: 'int8', perChannel: true, pairSafe: false, search: true },
    );
    const codes = editor.addInitializer(Tensor.fromBytes(`${weight.name}_q`, 'int8', weight.dims, quantized.codes));
    const scales = editor.addInitializer(
      Tensor.from(`${weight.name}_scale`, 'float32', [channels], quantized.scales),
    );
    const zero = editor.addInitializer(
      Tensor.from(`${weight.name}_zero`, 'int8', [channels], new Array<number>(channels).fill(0)),
    );
    const output = editor.uniqueName(`${weight.name}_dq`);
    editor.add({
      opType: 'DequantizeLinear',
      name: `${weight.name}_DequantizeLinear`,
      inputs: [codes, scales, zero],
      outputs: [output],
      attributes: { axis: attr.int(axis) },
    });
    node.inputs[i] = output;
    const db = decibels(quantized.signalPower, quantized.noisePower);
    sqnrDb = Math.min(sqnrDb ?? Infinity, db);
  }
  return sqnrDb === undefined ? undefined : { action: 'int8 weights', sqnrDb };
};
