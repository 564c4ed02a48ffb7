/** Graphics processors and the compilers for them. */

import { onnxruntimeOpsets } from './processors.ts';
import type { Target } from './target.ts';

const operatorKernels = 'https://github.com/microsoft/onnxruntime/blob/main/docs/OperatorKernels.md';
const quantizedTypes =
  'https://docs.nvidia.com/deeplearning/tensorrt/latest/inference-library/work-quantized-types.html';

/**
 * The CUDA provider has QuantizeLinear and DequantizeLinear but none of the fused int8 layers (onnxruntime's
 * OperatorKernels.md lists no QLinearConv for CUDA): int8 layers are computed in float, with conversions between.
 */
export const cuda: Target = {
  ...onnxruntimeOpsets,
  name: 'cuda',
  description: 'NVIDIA GPU through the CUDA provider',
  provider: 'CUDAExecutionProvider',
  int8: { saturates: false },
  activationTypes: ['int8', 'uint8'],
  weightTypes: ['int8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: false,
  float16: 'native',
  bfloat16: 'unknown',
  runsInt8: false,
  runsFloat: true,
  prefers: { scheme: 'fp16', reason: 'the CUDA provider has no int8 convolutions, but fast float16 ones' },
  facts: [{
    about: 'fusion',
    says: 'There are kernels for QuantizeLinear and DequantizeLinear, but none for quantized convolutions.',
    source: operatorKernels,
  }, {
    about: 'preference',
    says: 'Float16 layers run on tensor cores.',
    source: 'https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html',
  }],
};

/**
 * TensorRT's ONNX parser takes opsets 9 to 25 (ONNX opset guide of TensorRT 11). Quantization is symmetric: zero points
 * must be 0, activations int8 in [-128, 127], weights per channel (developer guide, "Working with quantized types").
 */
export const tensorrt: Target = {
  name: 'tensorrt',
  description: 'NVIDIA GPU through TensorRT',
  provider: 'TensorrtExecutionProvider',
  minOpset: 9,
  maxOpset: 25,
  int8: { saturates: false },
  activationTypes: ['int8'],
  weightTypes: ['int8'],
  perChannel: true,
  symmetricActivations: true,
  staticShapes: false,
  float16: 'native',
  bfloat16: 'native',
  runsInt8: true,
  runsFloat: true,
  prefers: { scheme: 'int8', reason: 'tensor cores run int8 at twice the rate of float16' },
  facts: [{
    about: 'opsets',
    says: 'The ONNX parser reads opsets 9 to 25.',
    source: 'https://docs.nvidia.com/deeplearning/tensorrt/latest/reference/onnx-opset-guide.html',
  }, {
    about: 'types',
    says: 'Quantization is symmetric: zero points are 0, activations int8, and weights have a scale for each channel.',
    source: quantizedTypes,
  }, {
    about: 'fusion',
    says: 'Pairs before the inputs of a layer make it an int8 layer; the builder moves and removes pairs.',
    source: quantizedTypes,
  }],
};

/** The DirectML provider's page: up to ONNX opset 20; a higher one is unsupported. */
export const directml: Target = {
  name: 'directml',
  description: 'Any DirectX 12 GPU on Windows through DirectML',
  provider: 'DmlExecutionProvider',
  minOpset: 7,
  maxOpset: 20,
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
  prefers: { scheme: 'fp16', reason: 'graphics processors run float16 well everywhere, int8 only on some' },
  facts: [{
    about: 'opsets',
    says: 'Opsets up to 20 are supported.',
    source: 'https://onnxruntime.ai/docs/execution-providers/DirectML-ExecutionProvider.html',
  }, {
    about: 'types',
    says: 'Quantized convolutions and matrix products take 8-bit integers of either sign.',
    source: operatorKernels,
  }],
};

/**
 * onnxruntime's web build: WebGPU for float graphs, WebAssembly for the rest. The WebGPU kernels have no QLinearConv
 * or QLinearMatMul (js/web/docs/webgpu-operators.md), so that int8 models run on WebAssembly.
 */
export const webgpuWasm: Target = {
  ...onnxruntimeOpsets,
  name: 'webgpu-wasm',
  description: 'Web browser: WebGPU, or WebAssembly where there is none',
  provider: 'WebGPU, wasm',
  int8: { saturates: false },
  activationTypes: ['uint8', 'int8'],
  weightTypes: ['int8', 'uint8'],
  perChannel: true,
  symmetricActivations: false,
  staticShapes: false,
  float16: 'native',
  bfloat16: 'none',
  runsInt8: true,
  runsFloat: true,
  prefers: { scheme: 'int8', reason: 'a smaller download counts most in a browser, and int8 is fast on WebAssembly' },
  facts: [{
    about: 'operators',
    says: 'WebGPU has no quantized convolutions or matrix products of 8 bits: WebAssembly runs them.',
    source: 'https://github.com/microsoft/onnxruntime/blob/main/js/web/docs/webgpu-operators.md',
  }, {
    about: 'preference',
    says: 'Float models run on WebGPU, in float16 where the browser has it.',
    source: 'https://onnxruntime.ai/docs/tutorials/web/ep-webgpu.html',
  }],
};
