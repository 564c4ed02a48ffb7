/** The line under an operator: what tells this one from others of its kind, "64 3x3 /2", "1000", "axis 1". */

import type { Node } from '../../model/node.ts';
import type { InferredTypes } from '../../model/shapes/infer.ts';
import type { Elements } from '../../model/shapes/known.ts';
import type { Dim } from '../../model/types.ts';
import { dataTypeFromCode, isDataTypeCode } from '../../tensor/dtype.ts';

/** A node and what is known of its values. */
class Facts {
  readonly node: Node;
  private readonly types: InferredTypes;

  constructor(node: Node, types: InferredTypes) {
    this.node = node;
    this.types = types;
  }

  shape(input: number): readonly Dim[] | undefined {
    return this.types.tensor(this.node.inputs[input] ?? '')?.shape;
  }

  /** Shape of the first output. */
  output(): readonly Dim[] | undefined {
    return this.types.tensor(this.node.outputs[0] ?? '')?.shape;
  }

  elements(input: number): Elements | undefined {
    const name = this.node.inputs[input];
    return name ? this.types.elements(name) : undefined;
  }

  /** The only element; longer constants are not decoded for it. */
  single(input: number): Dim | undefined {
    const shape = this.shape(input);
    return shape?.every((dim) => dim === 1) ? this.elements(input)?.[0] : undefined;
  }

  dtype(input: number): string | undefined {
    return this.types.tensor(this.node.inputs[input] ?? '')?.dtype;
  }
}

type Detail = (facts: Facts) => string | undefined;

/** Longer lists are cut. */
const mostNumbers = 6;

/** Empty where there is nothing to say. Never throws: damaged attributes say nothing. */
export function detailOf(node: Node, types: InferredTypes): string {
  const detail = details[node.opType];
  if (!detail) return '';
  try {
    return detail(new Facts(node, types)) ?? '';
  } catch {
    // An attribute of another type than its operator says: the problems of the model tell of it.
    return '';
  }
}

const words = (...parts: readonly (string | false | undefined)[]): string => parts.filter(Boolean).join(' ');

const list = (numbers: readonly (Dim | bigint)[] | undefined, separator = ' '): string | undefined => {
  if (!numbers || numbers.length === 0) return undefined;
  const shown = numbers.slice(0, mostNumbers).map((number) => String(number ?? '?')).join(separator);
  return numbers.length > mostNumbers ? `${shown} …` : shown;
};

/** "3x3", or "2" where there is one. */
const by = (numbers: readonly Dim[] | undefined): string | undefined => list(numbers, 'x');

/** "2" for equal numbers, "2x1" for others, nothing for ones. */
function factor(numbers: readonly number[] | undefined, sign: string): string | undefined {
  if (!numbers || numbers.length === 0 || numbers.every((number) => number === 1)) return undefined;
  return sign + (numbers.every((number) => number === numbers[0]) ? String(numbers[0]) : numbers.join('x'));
}

/** Four digits are enough to tell constants apart. */
const short = (value: number): string => String(Number(value.toPrecision(4)));

function convolution(weights: number): Detail {
  return (f) => {
    const dims = f.shape(weights);
    const groups = f.node.int('group', 1);
    const kernel = f.node.ints('kernel_shape') ?? dims?.slice(2);
    const depthwise = groups > 1 && dims?.[1] === 1;
    return words(
      dims && String(dims[0] ?? '?'),
      by(kernel),
      factor(f.node.ints('strides'), '/'),
      factor(f.node.ints('dilations'), 'dilated '),
      groups > 1 && (depthwise ? 'depthwise' : `groups ${groups}`),
    );
  };
}

const transposedConvolution: Detail = (f) => {
  const dims = f.shape(1);
  const channels = dims?.[1];
  const groups = f.node.int('group', 1);
  return words(
    typeof channels === 'number' && String(channels * groups),
    by(f.node.ints('kernel_shape') ?? dims?.slice(2)),
    factor(f.node.ints('strides'), '×'),
    groups > 1 && `groups ${groups}`,
  );
};

/** The number of features that come out, where one operand is a constant or the shapes tell. */
const features: Detail = (f) => {
  const last = f.output()?.at(-1);
  return typeof last === 'number' ? String(last) : undefined;
};

const pooling: Detail = (f) => words(
  by(f.node.ints('kernel_shape')),
  factor(f.node.ints('strides'), '/'),
  factor(f.node.ints('dilations'), 'dilated '),
);

const axis = (fallback?: number): Detail => (f) => {
  const value = f.node.int('axis') ?? fallback;
  return value === undefined ? undefined : `axis ${value}`;
};

/** Axes in an attribute, or in an input since they became one. */
const axes = (input: number): Detail => (f) => {
  const numbers = list(f.node.ints('axes') ?? f.elements(input));
  return numbers === undefined ? undefined : `axes ${numbers}`;
};

const number = (attribute: string, before = ''): Detail => (f) => {
  const value = f.node.attributes.get(attribute);
  if (value?.type === 'int') return `${before}${value.value}`;
  return value?.type === 'float' ? `${before}${short(value.value)}` : undefined;
};

/** The other operand, where it is a single known number. */
const operand: Detail = (f) => {
  const second = f.single(1);
  const value = typeof second === 'number' ? second : f.single(0);
  return typeof value === 'number' ? short(value) : undefined;
};

const shapeOfOutput: Detail = (f) => {
  const dims = f.output();
  return dims && `[${list(dims, ',') ?? ''}]`;
};

const directions: Readonly<Record<string, string>> = { reverse: 'reverse', bidirectional: 'bidirectional' };

const recurrent: Detail = (f) =>
  words(f.node.int('hidden_size')?.toString(), directions[f.node.string('direction', 'forward')]);

const quantization: Detail = (f) => {
  const scales = f.shape(1);
  const type = f.node.opType === 'DequantizeLinear' ? f.dtype(0) : f.dtype(2);
  return words(type === 'undefined' ? undefined : type, scales?.length === 1 && scales[0] !== 1 && 'per channel');
};

const clip: Detail = (f) => {
  const [low, high] = [f.node.float('min') ?? f.elements(1)?.[0], f.node.float('max') ?? f.elements(2)?.[0]];
  const text = (value: Dim | undefined): string => (typeof value === 'number' ? short(value) : '');
  return low == null && high == null ? undefined : `${text(low)}..${text(high)}`;
};

const resize: Detail = (f) => {
  const scales = f.elements(f.node.opType === 'Upsample' ? 1 : 2) ?? f.node.floats('scales');
  const numbers = scales?.filter((scale) => typeof scale === 'number').slice(2).map((scale) => Number(short(scale)));
  return words(f.node.string('mode', 'nearest'), factor(numbers, '×'));
};

const slice: Detail = (f) => {
  const part = (name: string, input: number): Dim | undefined => (f.node.ints(name) ?? f.elements(input))?.[0];
  const count = (f.node.ints('starts') ?? f.elements(1))?.length;
  if (count !== 1) return undefined;
  const [start, end, along] = [part('starts', 1), part('ends', 2), part('axes', 3)];
  const limit = typeof end === 'number' && Math.abs(end) < 2 ** 31 - 1 ? end : '';
  return words(`${start ?? '?'}:${limit}`, along != null && `axis ${along}`);
};

const heads: Detail = (f) => {
  const count = f.node.int('num_heads') ?? f.node.int('q_num_heads');
  return count === undefined ? undefined : `${count} heads`;
};

/** Operators with the same detail. */
const kinds: readonly (readonly [string, Detail])[] = [
  ['Conv ConvInteger FusedConv NhwcConv NhwcFusedConv DeformConv CausalConvWithState', convolution(1)],
  ['QLinearConv', convolution(3)],
  ['ConvTranspose ConvTransposeWithDynamicPads', transposedConvolution],
  ['Gemm MatMul MatMulInteger QLinearMatMul QGemm FusedMatMul FusedGemm DynamicQuantizeMatMul', features],
  ['MatMulIntegerToFloat LayerNormalization SimplifiedLayerNormalization SkipLayerNormalization', features],
  ['RMSNormalization SkipSimplifiedLayerNormalization', features],
  ['MaxPool AveragePool LpPool MaxUnpool QLinearAveragePool', pooling],
  ['Softmax LogSoftmax Hardmax', axis(-1)],
  ['Flatten', axis(1)],
  ['Concat Gather GatherElements Split ArgMax ArgMin Scatter ScatterElements CumSum OneHot QLinearConcat', axis()],
  ['ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp', axes(1)],
  ['ReduceSumSquare Squeeze Unsqueeze', axes(1)],
  ['Add Sub Mul Div Pow Mod Equal Greater Less GreaterOrEqual LessOrEqual', operand],
  ['Reshape Expand', shapeOfOutput],
  ['LSTM GRU RNN DynamicQuantizeLSTM', recurrent],
  ['QuantizeLinear DequantizeLinear', quantization],
  ['Attention MultiHeadAttention GroupQueryAttention QAttention', heads],
  ['Resize Upsample', resize],
  ['LeakyRelu Elu Celu ThresholdedRelu', number('alpha')],
  ['DepthToSpace SpaceToDepth', number('blocksize', '×')],
  ['InstanceNormalization', (f) => list(f.shape(1))],
  ['BatchNormalization', (f) => list(f.shape(1))],
  ['GroupNormalization', number('num_groups', 'groups ')],
  ['Transpose', (f) => list(f.node.ints('perm'))],
  ['Einsum', (f) => f.node.string('equation')],
  ['Clip', clip],
  ['Slice', slice],
  ['TopK', (f) => list(f.node.ints('k') ?? f.elements(1))],
  ['Cast', (f) => castTarget(f.node)],
  ['MatMulNBits', (f) => words(f.node.int('N')?.toString(), `${f.node.int('bits', 4)} bits`)],
];

const details: Readonly<Record<string, Detail>> = Object.fromEntries(
  kinds.flatMap(([operators, detail]) => operators.split(' ').map((operator) => [operator, detail])),
);

function castTarget(node: Node): string | undefined {
  const code = node.int('to');
  return code !== undefined && isDataTypeCode(code) ? dataTypeFromCode(code) : undefined;
}
