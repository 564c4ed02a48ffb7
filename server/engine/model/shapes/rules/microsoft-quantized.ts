/** Quantized operators of the `com.microsoft` domain. */

import type { Dim } from '../../types.ts';
import { bothShapes, broadcast, dimension, positiveAxis, unknownShape, withDim } from '../dims.ts';
import { ranked, tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rule, Rules } from '../node-facts.ts';
import { convolution, pooled } from './convolution.ts';
import { sameAsInput } from './elementwise.ts';
import { gemmShape, matMul } from './matrix.ts';
import { globalPoolShape, reducedShape } from './reduction.ts';
import { recurrent } from './recurrent.ts';
import { quantizationRules } from './quantization.ts';

const channelsLast = (n: NodeFacts): boolean => n.node.int('channels_last', 0) !== 0;

/** Inputs are triples of value, scale and zero point; `second` is the index of the second value. */
const pairOf = (second: number): Rule => (n) => [tensor(n.dtype(0), n.broadcast(0, second))];

/** Values stand at 2, 5, 8, … with their scales and zero points, after those of the output. */
function concat(n: NodeFacts): Outputs {
  const values = n.inputs.map((_, i) => i).filter((i) => i >= 2 && (i - 2) % 3 === 0);
  const shapes = values.map((i) => n.shape(i));
  const rank = shapes.find(Boolean)?.length;
  const axis = rank === undefined ? undefined : positiveAxis(n.node.int('axis', 1), rank);
  if (axis === undefined) return [ranked(n.dtype(1), rank)];
  const length = shapes.reduce<Dim>((sum, shape) => {
    const d = shape?.[axis];
    return typeof sum === 'number' && typeof d === 'number' ? sum + d : null;
  }, 0);
  const others = shapes.reduce((a, b) => bothShapes(a, b && withDim(b, axis, null)), unknownShape(rank));
  return [tensor(n.dtype(1), others && withDim(others, axis, length))];
}

/** Weights packed to fewer bits: their own shape says nothing of the number of columns, attribute `N` does. */
const packedMatMul: Rule = (n) => {
  const shape = n.shape(0);
  const columns = dimension(n.node.int('N'));
  return [tensor(n.dtype(0), shape && shape.length > 0 ? [...shape.slice(0, -1), columns] : undefined)];
};

/** Rows of a table packed along its quantized axis (uint8 holds 8 / bits of them). */
function gatherBlockQuantized(n: NodeFacts): Outputs {
  const [data, indices] = [n.shape(0), n.shape(1)];
  const axis = data && positiveAxis(n.node.int('gather_axis', 0), data.length);
  const packed = data && positiveAxis(n.node.int('quantize_axis', 1), data.length);
  if (!data || !indices || axis === undefined || packed === undefined) return [tensor(n.dtype(2))];
  const perByte = n.dtype(0) === 'uint8' ? 8 / n.node.int('bits', 4) : 1;
  const width = data[packed]!;
  const full = withDim(data, packed, typeof width === 'number' && n.dtype(0) !== 'undefined' ? width * perByte : null);
  return [tensor(n.dtype(2), [...full.slice(0, axis), ...indices, ...full.slice(axis + 1)])];
}

/** Float unless the output has a scale and a zero point. */
function quantizedGemm(n: NodeFacts): Outputs {
  return [tensor(n.has(8) ? n.dtype(8) : 'float32', gemmShape(n, 0, 3))];
}

function reduceMean(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  const axes = n.node.ints('axes');
  const all = axes && axes.length > 0 ? axes : shape?.map((_, i) => i);
  return [tensor(n.dtype(0), reducedShape(shape, all, n.node.int('keepdims', 1) !== 0, null))];
}

export const microsoftQuantizedRules: Rules = {
  QuantizeLinear: quantizationRules['QuantizeLinear']!,
  DequantizeLinear: quantizationRules['DequantizeLinear']!,
  QLinearAdd: pairOf(3),
  QLinearMul: pairOf(3),
  QLinearSigmoid: sameAsInput,
  QLinearLeakyRelu: sameAsInput,
  QLinearSoftmax: sameAsInput,
  QLinearConcat: concat,
  QLinearWhere: (n) => [tensor(n.anyDtype(1, 4), broadcast([n.shape(0), n.shape(1), n.shape(4)]))],
  QLinearReduceMean: reduceMean,
  QLinearAveragePool: (n) => [tensor(n.dtype(0), pooled(n, channelsLast(n)))],
  QLinearGlobalAveragePool: (n) => [tensor(n.dtype(0), globalPoolShape(n.shape(0), channelsLast(n)))],
  QLinearConv: (n) => convolution((m) => m.dtype(7), { weights: 3, channelsLast: channelsLast(n) })(n),
  QGemm: quantizedGemm,
  MatMulInteger16: matMul(() => 'int32'),
  MatMulIntegerToFloat: matMul((n) => n.anyDtype(2, 3)),
  DynamicQuantizeMatMul: matMul((n) => n.anyDtype(0, 2)),
  MatMulNBits: packedMatMul,
  MatMulBnb4: packedMatMul,
  MatMulFpQ4: (n) => {
    const shape = n.shape(0);
    return [tensor(n.dtype(0), shape && [...shape.slice(0, -1), dimension(n.elements(2)?.[1])])];
  },
  MulInteger: (n) => [tensor('int32', n.broadcast(0, 2))],
  ReduceSumInteger: (n) => [tensor('int32', reduceMean(n)[0]?.tensor?.shape)],
  GatherBlockQuantized: gatherBlockQuantized,
  DynamicQuantizeLSTM: recurrent,
};
