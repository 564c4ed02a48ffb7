/** Microcontrollers: kilobytes of memory, integer arithmetic only. */

import { onnxruntimeOpsets } from './processors.ts';
import { operators, type Target } from './target.ts';

const specification = 'https://www.tensorflow.org/lite/performance/quantization_spec';
const kernels = 'https://github.com/tensorflow/tflite-micro/blob/main/tensorflow/lite/micro/kernels';

/**
 * LiteRT for Microcontrollers with CMSIS-NN: the model is converted from ONNX to .tflite first, so that opsets are
 * those of the converter. Everything is int8: a layer that stays float needs float kernels, which builds leave out.
 */
export const tfliteMicro: Target = {
  name: 'tflite-micro',
  description: 'Microcontroller through LiteRT for Microcontrollers (CMSIS-NN, ESP-NN)',
  provider: 'LiteRT for Microcontrollers',
  ...onnxruntimeOpsets,
  int8: { saturates: false },
  activationTypes: ['int8', 'int16'],
  weightTypes: ['int8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: true,
  float16: 'converted',
  bfloat16: 'none',
  runsInt8: true,
  runsFloat: false,
  prefers: { scheme: 'int8', reason: 'kernels for microcontrollers compute in 8-bit integers' },
  operators: operators(`
    Abs Add ArgMax ArgMin AveragePool Cast Clip Concat Conv ConvTranspose DepthToSpace DequantizeLinear Div Elu
    Exp Flatten Gather Gemm GlobalAveragePool GlobalMaxPool HardSwish LeakyRelu Log LogSoftmax MatMul Max
    MaxPool Min Mul Neg PRelu Pad QuantizeLinear ReduceMax ReduceMean ReduceSum Relu Reshape Resize Sigmoid
    Slice Softmax SpaceToDepth Split Sqrt Squeeze Sub Tanh Transpose Unsqueeze`),
  integerOperators: operators(`
    Abs Add ArgMax ArgMin AveragePool Clip Concat Conv ConvTranspose DepthToSpace Elu Exp Flatten Gather Gemm
    GlobalAveragePool GlobalMaxPool HardSwish LeakyRelu Log LogSoftmax MatMul Max MaxPool Min Mul PRelu Pad
    ReduceMax ReduceMean ReduceSum Relu Reshape Resize Sigmoid Slice Softmax SpaceToDepth Split Squeeze Sub Tanh
    Transpose Unsqueeze`),
  facts: [{
    about: 'types',
    says: 'Weights are int8 from -127 to 127 with zero point 0, one scale a channel for convolutions; activations are '
      + 'int8 with any zero point.',
    source: specification,
  }, {
    about: 'operators',
    says: 'Only the operators that have kernels here run at all.',
    source: kernels,
  }, {
    about: 'shapes',
    says: 'Memory is laid out once, before the first run: every shape must be fixed.',
    source: 'https://ai.google.dev/edge/litert/microcontrollers/overview',
  }],
};
