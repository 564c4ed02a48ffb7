/** Other operators of the `com.microsoft` domain. */

import type { DataType } from '../../../tensor/dtype.ts';
import { compute, dimension, positiveAxis, unknownShape, type Shape } from '../dims.ts';
import { ranked, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rule, Rules } from '../node-facts.ts';
import { attentionRules } from './attention.ts';
import { convolution, convolutionRules, convolvedTransposed, pooled, regionPooled } from './convolution.ts';
import { sameAsInput } from './elementwise.ts';
import { indexingRules } from './indexing.ts';
import { gemmShape, matMul, matMulShape } from './matrix.ts';
import { microsoftAttentionRules } from './microsoft-attention.ts';
import { microsoftQuantizedRules } from './microsoft-quantized.ts';
import { signalRules } from './signal.ts';
import { pad, sizingRules } from './sizing.ts';

function swapped(shape: Shape | undefined): Shape | undefined {
  if (!shape || shape.length < 2) return shape;
  return [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
}

/** A product whose operands attributes may transpose; batches transposed with rows are left open. */
const fusedMatMul: Rule = (n) => {
  const dtype = n.anyDtype(0, 1);
  const [a, b] = [n.shape(0), n.shape(1)];
  if (n.node.int('transBatchA', 0) !== 0 || n.node.int('transBatchB', 0) !== 0) {
    return [ranked(dtype, a && b && Math.max(a.length, b.length))];
  }
  const left = n.node.int('transA', 0) !== 0 ? swapped(a) : a;
  const right = n.node.int('transB', 0) !== 0 ? swapped(b) : b;
  return [tensor(dtype, matMulShape(n, left, right))];
};

/** Norm of a sum: the norm, two statistics, and the sum itself. */
const skipNormalization: Rule = (n) => {
  const out = tensor(n.dtype(0), n.shape(0));
  return [out, tensor('float32'), tensor('float32'), out];
};

function embedding(n: NodeFacts, dtype: DataType): Outputs {
  const out = tensor(dtype, [n.dim(0, 0), n.dim(0, 1), n.dim(2, 1)]);
  return [out, tensor('int32', [n.dim(0, 0)]), out];
}

function cropAndResize(n: NodeFacts): Outputs {
  const size = n.elements(3);
  return regionPooled(n, dimension(size?.[0]), dimension(size?.[1]));
}

function expandDims(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = n.scalar(1);
  const at = shape && typeof axis === 'number' ? positiveAxis(axis, shape.length + 1) : undefined;
  if (!shape || at === undefined) return [tensor(n.dtype(0), shape && unknownShape(shape.length + 1))];
  return [tensor(n.dtype(0), [...shape.slice(0, at), 1, ...shape.slice(at)])];
}

function unfold(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axis = shape && positiveAxis(n.node.int('dim', -1), shape.length);
  if (!shape || axis === undefined) return [tensor(n.dtype(0))];
  const size = n.node.int('size') ?? null;
  const count = compute((d, s, step) => Math.floor((d - s) / step) + 1, shape[axis], size, n.node.int('step', 1));
  return [tensor(n.dtype(0), [...shape.slice(0, axis), count, ...shape.slice(axis + 1), size])];
}

const sameAsSecond: Rule = (n) => [tensor(n.dtype(1), n.shape(1))];

export const microsoftRules: Rules = {
  ...microsoftAttentionRules,
  ...microsoftQuantizedRules,

  FusedConv: convolution((n) => n.anyDtype(0, 1)),
  NhwcConv: convolution((n) => n.anyDtype(0, 1), { channelsLast: true }),
  NhwcFusedConv: convolution((n) => n.anyDtype(0, 1), { channelsLast: true }),
  NhwcMaxPool: (n) => [tensor(n.dtype(0), pooled(n, true))],
  MaxpoolWithMask: (n) => [tensor(n.dtype(0), pooled(n))],
  ConvTransposeWithDynamicPads: (n) => [tensor(n.anyDtype(0, 1), convolvedTransposed(n, 0, 1, n.has(2)))],
  CausalConvWithState: convolutionRules['CausalConvWithState']!,
  LinearAttention: attentionRules['LinearAttention']!,

  FusedMatMul: fusedMatMul,
  FusedMatMulActivation: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedGemm: (n) => [tensor(n.anyDtype(0, 1), gemmShape(n))],
  GemmFastGelu: matMul((n) => n.anyDtype(0, 1)),
  GemmFloat8: (n) => [tensor(n.dtypeAttribute('dtype', 'float32'), gemmShape(n))],
  SparseToDenseMatMul: (n) => [tensor(n.dtype(1))],

  BiasAdd: sameAsInput,
  BiasGelu: sameAsInput,
  BiasSoftmax: sameAsInput,
  FastGelu: sameAsInput,
  Gelu: sameAsInput,
  QuickGelu: sameAsInput,
  GatedAdd: sameAsInput,
  GatedRMSNorm: sameAsInput,
  GroupNorm: sameAsInput,
  SkipGroupNorm: (n) => [tensor(n.dtype(0), n.shape(0)), tensor(n.dtype(0), n.shape(0))],
  SkipLayerNormalization: skipNormalization,
  SkipSimplifiedLayerNormalization: skipNormalization,
  BiasSplitGelu: (n) => {
    const shape = n.shape(0);
    return [tensor(n.dtype(0), shape && [...shape.slice(0, -1), compute((d) => d / 2, shape.at(-1))])];
  },
  BiasDropout: (n) => [tensor(n.dtype(0), n.shape(0)), tensor('bool', n.shape(0))],
  ComplexMul: (n) => [tensor(n.dtype(0), n.broadcast(0, 1))],
  ComplexMulConj: (n) => [tensor(n.dtype(0), n.broadcast(0, 1))],
  Inverse: sameAsInput,
  Trilu: sameAsInput,
  MoE: sameAsInput,
  QMoE: sameAsInput,
  NGramRepeatBlock: sameAsSecond,
  MurmurHash3: (n) => [tensor(n.node.int('positive', 1) !== 0 ? 'uint32' : 'int32', n.shape(0))],
  IsAllFinite: () => [tensor('bool')],

  EmbedLayerNormalization: (n) => embedding(n, n.dtype(2)),
  QEmbedLayerNormalization: (n) => embedding(n, n.dtype(8)),
  TorchEmbedding: (n) => [tensor(n.dtype(0), n.shape(1) && [...n.shape(1)!, n.dim(0, 1)])],

  Pad: pad,
  Range: sizingRules['Range']!,
  GatherND: indexingRules['GatherND']!,
  GridSample: signalRules['GridSample']!,
  ExpandDims: expandDims,
  UnfoldTensor: unfold,
  CropAndResize: cropAndResize,
  CDist: (n) => [tensor(n.dtype(0), [n.dim(0, 0), n.dim(1, 0)])],
  Unique: (n) => [tensor(n.dtype(0), [null]), tensor('int64', n.shape(0)), tensor('int64', [null])],
  Tokenizer: (n) => [tensor('string', n.shape(0) && [...n.shape(0)!, null])],
  RemovePadding: (n) => [
    tensor(n.dtype(0), [null, n.dim(0, 2)]),
    tensor('int32', [n.dim(0, 0), n.dim(0, 1)]),
    tensor('int32', [null]),
    tensor('int32', [1]),
  ],
  RestorePadding: (n) => [tensor(n.dtype(0), [n.dim(1, 0), n.dim(1, 1), n.dim(0, 1)])],
  BeamSearch: () => [ranked('int32', 3)],
  GreedySearch: () => [ranked('int32', 2)],
  Sampling: () => [ranked('int32', 2)],
  WhisperBeamSearch: () => [ranked('int32', 3)],
};
