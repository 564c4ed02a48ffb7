/**
 * Multiply-accumulates of one execution of a node, from the shapes of its values. Only convolutions, matrix products,
 * recurrences and attention count; everything else is 0, as papers count it.
 */

import { addDims, compute, countOf, multiplyDims, type Shape } from '../model/shapes/dims.ts';
import { einsumOf } from '../model/shapes/einsum.ts';
import { ruleFor } from '../model/shapes/registry.ts';
import type { Node } from '../model/node.ts';
import type { Dim } from '../model/types.ts';

/** A node and the shapes of its inputs and outputs. */
interface ShapedNode {
  readonly node: Node;
  readonly inputs: readonly (Shape | undefined)[];
  readonly outputs: readonly (Shape | undefined)[];
}

type Formula = (n: ShapedNode) => Dim;

const countOfShape = (shape: Shape | undefined): Dim => (shape ? countOf(shape) : null);

function product(...dims: readonly (Dim | undefined)[]): Dim {
  return dims.reduce<Dim>((all, dim) => multiplyDims(all, dim ?? null), 1);
}

/** Each output element is a sum over one filter; weights are [outChannels, …]. */
const convolution = (weights = 1): Formula => ({ inputs, outputs }) => {
  const filter = inputs[weights];
  return product(countOfShape(outputs[0]), countOfShape(filter?.slice(1)));
};

/** Each input element is spread over one filter; weights are [inChannels, …]. */
const transposedConvolution: Formula = ({ inputs }) =>
  product(countOfShape(inputs[0]), countOfShape(inputs[1]?.slice(1)));

/** Each output element is a sum over the last axis of the left operand. */
const matMul = (left = 0): Formula => ({ inputs, outputs }) => product(countOfShape(outputs[0]), inputs[left]?.at(-1));

/** The same where attributes may transpose. */
const fusedMatMul: Formula = ({ node, inputs, outputs }) => {
  if (node.int('transBatchA', 0) !== 0 || node.int('transBatchB', 0) !== 0) return null;
  return product(countOfShape(outputs[0]), inputs[0]?.at(node.int('transA', 0) !== 0 ? -2 : -1));
};

const gemm: Formula = ({ node, inputs, outputs }) =>
  product(countOfShape(outputs[0]), inputs[0]?.[node.int('transA', 0) !== 0 ? 0 : 1]);

/** Packed weights do not show their inner length; attribute K does. */
const packedMatMul: Formula = ({ node, outputs }) => product(countOfShape(outputs[0]), node.int('K'));

/** Every step multiplies with the input and the recurrent weights, [directions, gates * hidden, …] each. */
const recurrent: Formula = ({ inputs }) => {
  const [x, weights, recurrence] = inputs;
  const each = addDims(countOfShape(weights), countOfShape(recurrence));
  return product(x?.[0], x?.[1], each);
};

/** Products of two operands; longer chains depend on the order that a runtime chooses. */
const einsum: Formula = ({ node, inputs }) => {
  const { points } = einsumOf(node.string('equation', ''), inputs);
  return inputs.length === 1 ? 0 : inputs.length === 2 ? points : null;
};

/** Scores of queries and keys, then the weighted sum of values, per head. */
const attention: Formula = ({ node, inputs: [query, key, value, , past] }) => {
  const total = addDims(past ? past[2]! : node.input(4) ? null : 0, key?.at(-2) ?? null);
  const heads = query?.length === 4 ? query[1]! : (node.int('q_num_heads') ?? null);
  const width = (shape: Shape | undefined, attribute: string): Dim =>
    shape?.length === 4 ? shape[3]! : compute((d, h) => d / h, shape?.[2], node.int(attribute));
  const sizes = addDims(width(query, 'q_num_heads'), width(value, 'kv_num_heads'));
  return product(query?.[0], heads, query?.at(-2), total, sizes);
};

/** One projection to queries, keys and values, then attention without a past. */
const projectedAttention: Formula = ({ node, inputs: [x, weights], outputs: [out] }) => {
  if (node.input(4)) return null;
  const projection = product(x?.[0], x?.[1], countOfShape(weights));
  const hidden = compute((all, value) => (all - value) / 2, weights?.[1], out?.[2]);
  return addDims(projection, product(x?.[0], x?.[1], x?.[1], addDims(hidden, out?.[2] ?? null)));
};

/** Queries, keys and values [batch, length, hidden] without a past. */
const multiHeadAttention: Formula = ({ node, inputs: [query, key, value] }) => {
  if (node.input(6) || query?.length !== 3 || key?.length !== 3) return null;
  return product(query[0], query[1], key[1], addDims(query[2]!, value?.[2] ?? null));
};

const standard: Readonly<Record<string, Formula>> = {
  Conv: convolution(),
  ConvInteger: convolution(),
  DeformConv: convolution(),
  QLinearConv: convolution(3),
  CausalConvWithState: convolution(),
  ConvTranspose: transposedConvolution,
  MatMul: matMul(),
  MatMulInteger: matMul(),
  QLinearMatMul: matMul(),
  Gemm: gemm,
  Einsum: einsum,
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  Attention: attention,
  FlexAttention: attention,
  LinearAttention: () => null,
};

const microsoft: Readonly<Record<string, Formula>> = {
  FusedConv: convolution(),
  NhwcConv: convolution(),
  NhwcFusedConv: convolution(),
  QLinearConv: convolution(3),
  CausalConvWithState: convolution(),
  ConvTransposeWithDynamicPads: transposedConvolution,
  FusedMatMul: fusedMatMul,
  FusedMatMulActivation: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedGemm: gemm,
  GemmFloat8: gemm,
  QGemm: gemm,
  GemmFastGelu: matMul(),
  DynamicQuantizeMatMul: matMul(),
  MatMulInteger16: matMul(),
  MatMulIntegerToFloat: matMul(),
  MatMulFpQ4: matMul(),
  MatMulNBits: packedMatMul,
  MatMulBnb4: packedMatMul,
  DynamicQuantizeLSTM: recurrent,
  Attention: projectedAttention,
  MultiHeadAttention: multiHeadAttention,
  ...Object.fromEntries(
    [
      'DecoderMaskedMultiHeadAttention', 'DecoderMaskedSelfAttention', 'GroupQueryAttention', 'LinearAttention',
      'LongformerAttention', 'MoE', 'PackedAttention', 'PackedMultiHeadAttention', 'QAttention', 'QMoE',
      'SparseAttention', 'SparseToDenseMatMul',
    ].map((name) => [name, (): Dim => null]),
  ),
};

const formulas: Readonly<Record<string, Readonly<Record<string, Formula>>>> = {
  '': standard,
  'ai.onnx.preview': standard,
  'com.microsoft': microsoft,
  'com.microsoft.nchwc': standard,
  'com.ms.internal.nhwc': standard,
};

/**
 * Multiply-accumulates of one execution, without those in bodies and functions; undefined where the shapes do not tell,
 * or the operator is not known.
 *
 * @param shapeOf asked only for operators that multiply
 */
export function macsOf(node: Node, shapeOf: (value: string) => Shape | undefined): number | undefined {
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const formula = formulas[domain]?.[node.opType];
  if (!formula) return ruleFor(domain, node.opType) ? 0 : undefined;
  const macs = formula({ node, inputs: node.inputs.map(shapeOf), outputs: node.outputs.map(shapeOf) });
  return typeof macs === 'number' ? macs : undefined;
}
