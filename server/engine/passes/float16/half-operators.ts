/**
 * Operators that may compute in half precision, and from which opset on the standard (ONNX `docs/Changelog.md`) lets
 * them: float16, bfloat16. What is not here stays float32: operators without half types, and those where eleven bits
 * are too few. Sums over many numbers lose the small ones; squares and exponentials overflow; sines of large angles,
 * coordinates of resampling and indices of ranked values need more digits than float16 has.
 */

/** Type of the values that a layer computes with. */
export type HalfType = 'float16' | 'bfloat16';

export interface HalfOperator {
  /** `compute`: worth conversions. `move`: hands numbers on, in whatever type they come. */
  readonly kind: 'compute' | 'move';
  readonly since: Readonly<Record<HalfType, number>>;
  /** Inputs that are converted; all when absent. The others are no floats, or must be float32. */
  readonly inputs?: readonly number[];
}

/** `Name` or `Name:0,1` (the inputs that are converted), by the opsets that allow float16 and bfloat16. */
const computing: Readonly<Record<string, string>> = {
  '1 13': `Abs Add Clip Div Erf Gemm LogSoftmax MatMul Max Mean Min Mul Neg Pow:0,1 Relu Reciprocal Sigmoid Softmax Sqrt
    Sub Sum Tanh`,
  '1 16': 'LeakyRelu PRelu',
  '1 22': `AveragePool BatchNormalization Conv ConvTranspose Elu GRU GlobalAveragePool GlobalMaxPool HardSigmoid
    InstanceNormalization LSTM MaxPool RNN Selu Softplus Softsign`,
  '10 22': 'ThresholdedRelu',
  '12 28': 'Einsum',
  '14 22': 'HardSwish',
  '17 17': 'LayerNormalization',
  '18 22': 'Mish',
  '20 20': 'Gelu',
  '21 21': 'GroupNormalization',
  '23 23': 'RMSNormalization',
  '24 24': 'Swish',
};

const moving: Readonly<Record<string, string>> = {
  '1 13': `Concat DepthToSpace Dropout:0 Expand Flatten Gather Identity Pad:0,2 ReduceMax:0 ReduceMin:0 Reshape Slice
    SpaceToDepth Split Squeeze Tile Transpose Unsqueeze`,
  '9 16': 'Where:1,2',
  '11 13': 'GatherElements GatherND ScatterElements:0,2 ScatterND:0,2',
  '14 14': 'Trilu',
  '18 18': 'CenterCropPad',
};

const operators = new Map<string, HalfOperator>();
for (const [kind, table] of [['compute', computing], ['move', moving]] as const) {
  for (const [versions, names] of Object.entries(table)) {
    const [float16, bfloat16] = versions.split(' ').map(Number) as [number, number];
    for (const word of names.split(/\s+/)) {
      const [name, inputs] = word.split(':');
      operators.set(name!, {
        kind,
        since: { float16, bfloat16 },
        ...(inputs !== undefined && { inputs: inputs.split(',').map(Number) }),
      });
    }
  }
}

/** How the operator computes in half precision; undefined when it does not, in opset `opset`. */
export function halfOperator(opType: string, type: HalfType, opset: number): HalfOperator | undefined {
  const operator = operators.get(opType);
  return operator && opset >= operator.since[type] ? operator : undefined;
}

/** Sums over many numbers: what leads to them and what follows keeps their precision (see `precision.ts`). */
export const summing: ReadonlySet<string> = new Set([
  'ReduceL1',
  'ReduceL2',
  'ReduceLogSum',
  'ReduceLogSumExp',
  'ReduceMean',
  'ReduceProd',
  'ReduceSum',
  'ReduceSumSquare',
]);
