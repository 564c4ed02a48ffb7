/** Processors, through onnxruntime's own kernels (MLAS). */

import { operators, type Target, type TargetFact } from './target.ts';

/**
 * onnxruntime 1.30 loads models of opsets up to 26 and refuses 27 (tried); its compatibility page promises opset 7 and
 * later.
 */
export const onnxruntimeOpsets = { minOpset: 7, maxOpset: 26 } as const;

const docs = 'https://onnxruntime.ai/docs';
const quantizationGuide = `${docs}/performance/model-optimizations/quantization.html`;

/**
 * Operators that onnxruntime's CPU provider replaces by integer kernels together with the pairs around them, or moves
 * as integers.
 */
const integerOperators = operators(`
  Conv Gemm MatMul Add Mul LeakyRelu Sigmoid Softmax AveragePool GlobalAveragePool Concat Where Relu Clip ArgMax MaxPool
  Reshape Flatten Transpose Squeeze Unsqueeze Identity Slice Split Gather DepthToSpace Expand Resize`);

const processorFacts: readonly TargetFact[] = [
  {
    about: 'opsets',
    says: 'Opset 7 and all later ones that this onnxruntime knows are run.',
    source: `${docs}/reference/compatibility.html`,
  },
  {
    about: 'fusion',
    says: 'A layer between DequantizeLinear and QuantizeLinear nodes is replaced by one integer kernel.',
    source: 'https://github.com/microsoft/onnxruntime/tree/main/onnxruntime/core/optimizer/qdq_transformer/'
      + 'selectors_actions',
  },
  {
    about: 'types',
    says: 'Activations and weights are 8-bit integers, signed or not; 16-bit ones have no kernels of their own.',
    source: quantizationGuide,
  },
];

const processor = {
  ...onnxruntimeOpsets,
  provider: 'CPUExecutionProvider',
  perChannel: true,
  symmetricActivations: false,
  staticShapes: false,
  runsInt8: true,
  runsFloat: true,
  integerOperators,
  // Tried with onnxruntime 1.30: no kernel for Conv, MatMul, Gemm, Add or Relu in bfloat16.
  bfloat16: 'none',
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
  facts: [...processorFacts, {
    about: 'saturation',
    says: 'Products of unsigned activations and signed weights may overflow 16-bit sums; smaller weights do not.',
    source: quantizationGuide,
  }],
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
  facts: [...processorFacts, {
    about: 'saturation',
    says: 'VNNI adds products of 8-bit integers in 32 bits: nothing overflows.',
    source: quantizationGuide,
  }],
};

/**
 * x86-64 with AMX: tiles of 8-bit integers whose products are added in 32 bits (`tdpbusd`), and of bfloat16, which
 * onnxruntime's own float kernels do not use.
 */
export const x64Amx: Target = {
  ...x64Vnni,
  name: 'x64-amx',
  description: 'x86-64 processor with AMX (Sapphire Rapids and later)',
  prefers: { scheme: 'int8', reason: 'its matrix tiles compute int8 far faster than float' },
  facts: [...processorFacts, {
    about: 'saturation',
    says: 'AMX adds products of 8-bit integers in 32 bits: nothing overflows.',
    source: 'https://www.intel.com/content/www/us/en/docs/intrinsics-guide/index.html#techs=AMX',
  }, {
    about: 'preference',
    says: 'Where the processor has AMX, unsigned by signed 8-bit matrices are multiplied with it.',
    source: 'https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/mlas/lib/qgemm_kernel_amx.cpp',
  }],
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
  facts: [...processorFacts, {
    about: 'preference',
    says: 'On Arm64 activations and weights are best both signed.',
    source: quantizationGuide,
  }],
};
