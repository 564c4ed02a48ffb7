/** Neural processors and vendors' compilers. */

import { onnxruntimeOpsets } from './processors.ts';
import { operators, type Target } from './target.ts';

const providers = 'https://onnxruntime.ai/docs/execution-providers';

/** OpenVINO reads QuantizeLinear/DequantizeLinear pairs and fuses them into int8 layers (its low-precision passes). */
export const openvino: Target = {
  ...onnxruntimeOpsets,
  name: 'openvino',
  description: 'Intel processor, GPU or NPU through OpenVINO',
  provider: 'OpenVINOExecutionProvider',
  int8: { saturates: false },
  activationTypes: ['uint8', 'int8'],
  weightTypes: ['int8', 'uint8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: false,
  float16: 'native',
  bfloat16: 'unknown',
  runsInt8: true,
  runsFloat: true,
  prefers: { scheme: 'int8', reason: 'OpenVINO fuses int8 layers on every Intel device' },
  facts: [{
    about: 'fusion',
    says: 'Pairs around layers become 8-bit layers on processors, GPUs and NPUs.',
    source: 'https://docs.openvino.ai/2024/documentation/openvino-extensibility/openvino-plugin-library/'
      + 'advanced-guides/low-precision-transformations.html',
  }, {
    about: 'types',
    says: 'Activations are uint8 or int8, weights int8 or uint8; floats may be computed as float16.',
    source: `${providers}/OpenVINO-ExecutionProvider.html`,
  }],
};

/**
 * The Core ML provider's operators (ML Program) have neither QuantizeLinear nor DequantizeLinear, so that every pair of
 * a quantized model cuts the graph. Float16 is what the Neural Engine computes in.
 */
export const coreml: Target = {
  ...onnxruntimeOpsets,
  name: 'coreml',
  description: 'Apple GPU or Neural Engine through Core ML',
  provider: 'CoreMLExecutionProvider',
  int8: { saturates: false },
  activationTypes: ['int8', 'uint8'],
  weightTypes: ['int8'],
  perChannel: true,
  symmetricActivations: false,
  // Dynamic shapes are allowed but slow: the provider's RequireStaticInputShapes is off by default.
  staticShapes: false,
  float16: 'native',
  bfloat16: 'none',
  runsInt8: false,
  runsFloat: true,
  prefers: {
    scheme: 'fp16',
    reason: 'the Core ML provider runs no quantized layers, and the Neural Engine computes in float16',
  },
  operators: operators(`
    Add ArgMax AveragePool Cast Ceil Clip Concat Conv ConvTranspose Cos DepthToSpace Div Elu Erf Exp GatherND
    Gelu Gemm GlobalAveragePool GlobalMaxPool GridSample GroupNormalization HardSigmoid InstanceNormalization
    LayerNormalization LeakyRelu MatMul Max MaxPool Mul PRelu Pow Range Reciprocal ReduceMax ReduceMean
    ReduceSum Relu Reshape Resize Round Shape Sigmoid Sin Slice Softmax Softplus Split Sqrt Squeeze Sub Tanh
    Tile Transpose Unsqueeze BatchNormalization Flatten`),
  facts: [{
    about: 'operators',
    says: 'ML Programs run the operators listed here; QuantizeLinear and DequantizeLinear are not among them.',
    source: `${providers}/CoreML-ExecutionProvider.html`,
  }, {
    about: 'shapes',
    says: 'Inputs may have open dimensions, at a cost in speed.',
    source: `${providers}/CoreML-ExecutionProvider.html`,
  }, {
    about: 'preference',
    says: 'The Neural Engine computes in float16.',
    source: 'https://apple.github.io/coremltools/docs-guides/source/typed-execution.html',
  }],
};

/**
 * Qualcomm's HTP through the QNN provider. Shapes must be fixed and the model quantized (the provider's page: "dynamic
 * shapes are not supported"); activations are uint8 or uint16, weights uint8 or int8 (onnxruntime's QNN quantization
 * configuration). The operators are those that the provider registers (qnn/builder/op_builder_factory.cc).
 */
export const qnnHtp: Target = {
  ...onnxruntimeOpsets,
  name: 'qnn-htp',
  description: 'Qualcomm Hexagon NPU through QNN',
  provider: 'QNNExecutionProvider',
  int8: { saturates: false },
  activationTypes: ['uint8', 'uint16'],
  weightTypes: ['uint8', 'int8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: true,
  float16: 'native',
  bfloat16: 'unknown',
  runsInt8: true,
  runsFloat: true,
  prefers: { scheme: 'int8', reason: 'the HTP is made for quantized layers' },
  operators: operators(`
    Abs Add And ArgMax ArgMin Asin Atan AveragePool BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose
    Cos CumSum DepthToSpace DequantizeLinear Div Einsum Elu Equal Exp Expand Flatten Floor GRU Gather
    GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample
    HardSigmoid HardSwish If InstanceNormalization LRN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log
    LogSoftmax LpNormalization LpPool MatMul Max MaxPool Mean Min Mod Mul Neg NonMaxSuppression Not OneHot Or
    PRelu Pad Pow QuantizeLinear RMSNormalization RandomUniformLike Reciprocal ReduceL2 ReduceLogSumExp
    ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum Relu Reshape Resize Round STFT ScatterElements ScatterND
    Selu Shape Sigmoid Sign Sin Slice Softmax SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh ThresholdedRelu Tile
    TopK Transpose Unsqueeze Upsample Where Xor`),
  facts: [{
    about: 'operators',
    says: 'The provider runs the operators listed here.',
    source: `${providers}/QNN-ExecutionProvider.html`,
  }, {
    about: 'shapes',
    says: 'Models with open dimensions are not supported.',
    source: `${providers}/QNN-ExecutionProvider.html`,
  }, {
    about: 'types',
    says: 'Activations are uint8 or uint16 and weights uint8 or int8; 16-bit activations may go with 8-bit weights.',
    source: `${providers}/QNN-ExecutionProvider.html`,
  }, {
    about: 'preference',
    says: 'Newer HTPs also compute in float16.',
    source: 'https://docs.qualcomm.com/bundle/publicresource/80-63442-10/topics/htp_opdef_version_history.md',
  }],
};

/**
 * Android's NNAPI. The operators are those of the provider's page; per-channel weights are int8 with uint8 activations
 * (NNAPI: TENSOR_QUANT8_ASYMM and TENSOR_QUANT8_SYMM_PER_CHANNEL, API level 29).
 */
export const nnapi: Target = {
  ...onnxruntimeOpsets,
  name: 'nnapi',
  description: 'Android accelerator through NNAPI',
  provider: 'NnapiExecutionProvider',
  int8: { saturates: false },
  activationTypes: ['uint8'],
  weightTypes: ['int8', 'uint8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: true,
  float16: 'native',
  bfloat16: 'none',
  runsInt8: true,
  runsFloat: true,
  prefers: { scheme: 'int8', reason: 'accelerators behind NNAPI are made for quantized layers' },
  operators: operators(`
    Abs Add AveragePool BatchNormalization Cast Clip Concat Conv DepthToSpace DequantizeLinear Div Elu Exp
    Flatten Floor Gather Gemm GlobalAveragePool GlobalMaxPool LRN LeakyRelu Log MatMul Max MaxPool Min Mul Neg
    PRelu Pad Pow QLinearConv QLinearMatMul QuantizeLinear ReduceMean Relu Reshape Resize Sigmoid Sin Slice
    Softmax Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze`),
  facts: [{
    about: 'operators',
    says: 'The provider runs the operators listed here.',
    source: `${providers}/NNAPI-ExecutionProvider.html`,
  }, {
    about: 'types',
    says: 'Activations are uint8 with a zero point; weights of one scale are uint8, those of one a channel int8.',
    source: 'https://developer.android.com/ndk/reference/group/neural-networks',
  }],
};
