/** Kinds of operators, for their colours. */

import type { OpCategory } from '../../../../protocol/graph/structure.ts';

const operators: Readonly<Partial<Record<OpCategory, string>>> = {
  convolution: `Conv ConvInteger ConvTranspose DeformConv QLinearConv FusedConv NhwcConv NhwcFusedConv
    CausalConvWithState ConvTransposeWithDynamicPads Im2Col Col2Im`,
  matrix: `MatMul Gemm MatMulInteger QLinearMatMul QGemm Einsum FusedMatMul FusedMatMulActivation TransposeMatMul
    FusedGemm GemmFloat8 GemmFastGelu DynamicQuantizeMatMul MatMulInteger16 MatMulIntegerToFloat MatMulFpQ4 MatMulNBits
    MatMulBnb4 SparseToDenseMatMul Attention FlexAttention LinearAttention MultiHeadAttention GroupQueryAttention
    QAttention PackedAttention PackedMultiHeadAttention SparseAttention LongformerAttention
    DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention MoE QMoE Det RotaryEmbedding`,
  normalization: `BatchNormalization InstanceNormalization LayerNormalization GroupNormalization RMSNormalization
    LpNormalization MeanVarianceNormalization LRN SimplifiedLayerNormalization SkipLayerNormalization
    SkipSimplifiedLayerNormalization EmbedLayerNormalization QEmbedLayerNormalization GroupNorm SkipGroupNorm`,
  activation: `Relu LeakyRelu PRelu Elu Selu Celu Gelu FastGelu QuickGelu BiasGelu Sigmoid HardSigmoid Tanh HardSwish
    Swish Mish Softplus Softsign Softmax LogSoftmax Hardmax ThresholdedRelu Clip Erf Shrink QLinearSigmoid
    QLinearLeakyRelu QLinearSoftmax ParametricSoftplus ScaledTanh BiasSplitGelu SwiGLU`,
  pooling: `AveragePool MaxPool GlobalAveragePool GlobalMaxPool LpPool GlobalLpPool MaxUnpool MaxRoiPool RoiAlign
    QLinearAveragePool QLinearGlobalAveragePool NhwcMaxPool MaxpoolWithMask`,
  elementwise: `Add Sub Mul Div Pow Mod Neg Abs Sqrt Reciprocal Exp Log Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh
    Acosh Atanh Floor Ceil Round Sign Min Max Mean Sum And Or Xor Not Equal Greater Less GreaterOrEqual LessOrEqual
    Where BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor IsInf IsNaN QLinearAdd QLinearMul QLinearWhere BiasAdd
    Dropout BiasDropout Affine Scale CumSum CumProd`,
  shape: `Reshape Transpose Flatten Squeeze Unsqueeze Concat Split Slice Gather GatherElements GatherND Scatter
    ScatterElements ScatterND TensorScatter Expand Tile Pad Shape Size Cast CastLike BitCast Identity DepthToSpace
    SpaceToDepth Resize Upsample Compress ReverseSequence CenterCropPad GridSample AffineGrid Trilu Unique NonZero
    OneHot EyeLike Crop DynamicSlice QLinearConcat SplitToSequence ConcatFromSequence SequenceAt SequenceConstruct
    SequenceEmpty SequenceErase SequenceInsert SequenceLength Optional OptionalGetElement OptionalHasElement
    ReorderInput ReorderOutput GatherBlockQuantized`,
  reduction: `ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
    ReduceSumSquare ArgMax ArgMin TopK NonMaxSuppression QLinearReduceMean SoftmaxCrossEntropyLoss
    NegativeLogLikelihoodLoss`,
  quantization: 'QuantizeLinear DequantizeLinear DynamicQuantizeLinear QuantizeBFP DequantizeBFP',
  recurrent: 'LSTM GRU RNN DynamicQuantizeLSTM GRUUnit AttnLSTM',
  control: 'If Loop Scan SequenceMap',
  constant: `Constant ConstantOfShape ConstantFill GivenTensorFill Range RandomNormal RandomNormalLike RandomUniform
    RandomUniformLike Bernoulli Multinomial HannWindow HammingWindow BlackmanWindow MelWeightMatrix`,
};

const categories = new Map(
  Object.entries(operators).flatMap(([category, names]) =>
    names.split(/\s+/).map((name): [string, OpCategory] => [name, category as OpCategory])),
);

/** By name alone: operators of other domains mean mostly what the standard ones of their name do. */
export function categoryOf(opType: string): OpCategory {
  return categories.get(opType) ?? 'other';
}
