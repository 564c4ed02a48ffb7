/** Processors, through onnxruntime's own kernels (MLAS). */

import type { Target } from './target.ts';

/**
 * onnxruntime 1.30 loads models of opsets up to 26 and refuses 27 (tried); its compatibility page promises opset 7 and
 * later.
 */
export const onnxruntimeOpsets = { minOpset: 7, maxOpset: 26 } as const;

const processor = {
  ...onnxruntimeOpsets,
  provider: 'CPUExecutionProvider',
  perChannel: true,
  symmetricActivations: false,
  staticShapes: false,
  runsInt8: true,
  // Tried with onnxruntime 1.30: no kernel for Conv, MatMul, Gemm, Add or Relu in bfloat16.
  bfloat16: 'none',
  sources: [
    'https://onnxruntime.ai/docs/reference/compatibility.html',
    'https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html',
  ],
} as const;

const int8Pays = 'its int8 kernels are faster than its float ones';

/**
 * x86-64 with AVX2 or AVX-512 but no VNNI. onnxruntime's quantization guide, on choosing the data types: U8S8 may
 * saturate there, and the cure is `reduce_range` or U8U8.
 */
export const x64: Target = {
  ...processor,
  name: 'x64',
  description: 'x86-64 processor without VNNI (AVX2, AVX-512)',
  int8: { saturates: true },
  activationTypes: ['uint8', 'int8'],
  weightTypes: ['int8', 'uint8'],
  float16: 'converted',
  prefers: { scheme: 'int8', reason: int8Pays },
};

/** x86-64 with AVX512-VNNI or AVX-VNNI: `vpdpbusd` adds in 32 bits (Intel SDM), so nothing saturates. */
export const x64Vnni: Target = {
  ...processor,
  name: 'x64-vnni',
  description: 'x86-64 processor with VNNI (Ice Lake, Zen 4, Alder Lake and later)',
  int8: { saturates: false },
  activationTypes: ['uint8', 'int8'],
  weightTypes: ['int8', 'uint8'],
  float16: 'converted',
  prefers: { scheme: 'int8', reason: int8Pays },
};

/**
 * `sdot`, `udot` and `smmla` add in 32 bits; onnxruntime's quantization guide advises S8S8 on Arm64. MLAS has float16
 * kernels for Arm64 only.
 */
export const arm64: Target = {
  ...processor,
  name: 'arm64',
  description: 'Arm 64-bit processor (Apple, Graviton, Snapdragon, Raspberry Pi)',
  int8: { saturates: false },
  activationTypes: ['int8', 'uint8'],
  weightTypes: ['int8', 'uint8'],
  float16: 'native',
  prefers: { scheme: 'int8', reason: int8Pays },
};
