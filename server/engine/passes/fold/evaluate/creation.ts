/** Operators that make tensors from shapes and types: Cast, Shape, Size, Range, ConstantOfShape. */

import { Tensor } from '../../../model/tensor.ts';
import {
  dataTypeFromCode,
  elementCount,
  integerRange,
  isFloatType,
  isIntegerType,
  type DataType,
} from '../../../tensor/dtype.ts';
import { maxElements, type Evaluator, type Evaluators } from './evaluator.ts';
import { take } from './movement.ts';

const wholeTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'];
const castTypes = new Set<DataType>(['float32', 'float64', 'float16', 'bfloat16', 'bool', ...wholeTypes]);

/** Only what every platform rounds alike: no overflow, no NaN to integers, nothing beyond 53 bits. */
function castable(x: Tensor, to: DataType, values: ArrayLike<number>): boolean {
  if (!castTypes.has(to)) return false;
  if (x.dtype === 'float64' && (to === 'float16' || to === 'bfloat16')) return false;
  const integral = isIntegerType(x.dtype);
  const limit = Number.MAX_SAFE_INTEGER;
  const { min, max } = isIntegerType(to) ? integerRange(to) : { min: -limit, max: limit };
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (integral && !Number.isSafeInteger(value)) return false;
    if (isIntegerType(to) && !(value >= Math.max(min, -limit) && value <= Math.min(max, limit))) return false;
  }
  return true;
}

const cast: Evaluator = ({ node, inputs: [x], opset }) => {
  if (!x || opset < 6) return undefined;
  const to = dataTypeFromCode(node.int('to', 0));
  if (to === x.dtype) return [x];
  if (!castTypes.has(x.dtype)) return undefined;
  const values = x.dtype === 'float64' || !isFloatType(x.dtype) ? x.toNumbers() : x.toFloat32();
  if (!castable(x, to, values)) return undefined;
  return [Tensor.from(x.name, to, x.dims, isIntegerType(to) ? Array.from(values, Math.trunc) : values)];
};

const shape: Evaluator = ({ node, inputs: [x] }) => {
  if (!x) return undefined;
  const rank = x.dims.length;
  const bound = (at: number): number => Math.min(rank, Math.max(0, at < 0 ? at + rank : at));
  const dims = x.dims.slice(bound(node.int('start', 0)), bound(node.int('end', rank)));
  return [Tensor.from(x.name, 'int64', [dims.length], dims)];
};

const size: Evaluator = ({ inputs: [x] }) => x && [Tensor.from(x.name, 'int64', [], [x.size])];

const constantOfShape: Evaluator = ({ node, inputs: [dims] }) => {
  if (!dims) return undefined;
  const to = dims.toNumbers();
  const count = elementCount(to);
  const value = node.tensor('value') ?? Tensor.from('', 'float32', [1], [0]);
  if (count > maxElements || value.size !== 1) return undefined;
  const filled = take(value, to, new Uint32Array(count));
  return filled && [filled];
};

const rangeTypes = new Set<DataType>(['int16', 'int32', 'int64', 'float32']);

/** Floats are added up one step at a time, each sum rounded, as runtimes do. */
const range: Evaluator = ({ inputs: [start, limit, delta] }) => {
  if (!start || !limit || !delta || !rangeTypes.has(start.dtype)) return undefined;
  const [from, to, step] = [start, limit, delta].map((tensor) => tensor.toNumbers()[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!Number.isFinite(count) || count > maxElements) return undefined;
  const round = start.dtype === 'float32' ? Math.fround : (x: number): number => x;
  const values: number[] = [];
  for (let i = 0, value = from; i < count; i++, value = round(value + step)) values.push(value);
  return [Tensor.from(start.name, start.dtype, [count], values)];
};

export const creationEvaluators: Evaluators = {
  Cast: cast,
  ConstantOfShape: constantOfShape,
  Range: range,
  Shape: shape,
  Size: size,
};
