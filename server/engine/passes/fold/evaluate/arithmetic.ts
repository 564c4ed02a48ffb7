/**
 * Element by element arithmetic, in double precision and rounded once to the result's type: for float32 and shorter
 * types that is the correctly rounded result of + - * / and square root. Integers wrap, as in C.
 */

import { Tensor } from '../../../model/tensor.ts';
import { toFloat32, type NativeArray, type NumberArray } from '../../../tensor/codec.ts';
import { elementCount, isFloatType, isIntegerType, type DataType } from '../../../tensor/dtype.ts';
import { isSmallFloatType } from '../../../tensor/float-formats.ts';
import { maxElements, type Evaluation, type Evaluator, type Evaluators } from './evaluator.ts';
import { broadcastDims, broadcastMap } from './indexing.ts';

const computable = new Set<DataType>(
  ['float32', 'float64', 'float16', 'bfloat16', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'bool'],
);

/** Elements as numbers; undefined for types that are not computed with. 64-bit integers have their own way. */
function numbersOf(tensor: Tensor): NumberArray | undefined {
  if (!computable.has(tensor.dtype)) return undefined;
  if (isSmallFloatType(tensor.dtype)) return toFloat32(tensor.dtype, tensor.bytes(), tensor.size);
  return tensor.values() as NumberArray;
}

function bigintsOf(tensor: Tensor): BigInt64Array | BigUint64Array | undefined {
  const wide = tensor.dtype === 'int64' || tensor.dtype === 'uint64';
  return wide ? (tensor.values() as BigInt64Array | BigUint64Array) : undefined;
}

const integerArrays: Partial<Record<DataType, (values: readonly number[]) => NativeArray>> = {
  int8: (values) => Int8Array.from(values),
  uint8: (values) => Uint8Array.from(values),
  int16: (values) => Int16Array.from(values),
  uint16: (values) => Uint16Array.from(values),
  int32: (values) => Int32Array.from(values),
  uint32: (values) => Uint32Array.from(values),
};

/** Integers wrap (typed arrays do that by themselves), floats round. */
function fromResults(name: string, dtype: DataType, dims: readonly number[], values: readonly number[]): Tensor {
  const integers = integerArrays[dtype]?.(values);
  return integers ? Tensor.fromBytes(name, dtype, dims, integers) : Tensor.from(name, dtype, dims, values);
}

function fromBigints(name: string, dtype: DataType, dims: readonly number[], values: readonly bigint[]): Tensor {
  const array = dtype === 'int64' ? BigInt64Array.from(values) : BigUint64Array.from(values);
  return Tensor.fromBytes(name, dtype, dims, array);
}

/** One function for numbers, one for 64-bit integers; `null` gives the whole node up (division by zero). */
interface Operation {
  readonly numbers: (a: number, b: number) => number;
  readonly bigints?: (a: bigint, b: bigint) => bigint | null;
  /** Where 32-bit integers need more than 53 bits. */
  readonly integers?: (a: number, b: number) => number | null;
}

/** `f` over two operands spread to a common shape; undefined where one of them is not computed with. */
function zip<T>(a: Tensor, b: Tensor, f: (i: number, j: number) => T): { dims: number[]; values: T[] } | undefined {
  const dims = broadcastDims(a.dims, b.dims);
  if (!dims || elementCount(dims) > maxElements) return undefined;
  const [left, right] = [broadcastMap(a.dims, dims), broadcastMap(b.dims, dims)];
  return { dims, values: Array.from(left, (i, k) => f(i, right[k]!)) };
}

function isComplete<T>(values: readonly (T | null)[]): values is readonly T[] {
  return !values.includes(null);
}

function combine(a: Tensor, b: Tensor, operation: Operation): Tensor | undefined {
  if (a.dtype !== b.dtype || a.dtype === 'bool') return undefined;
  const [wideA, wideB] = [bigintsOf(a), bigintsOf(b)];
  if (wideA && wideB) {
    const { bigints } = operation;
    const result = bigints && zip(a, b, (i, j) => bigints(wideA[i]!, wideB[j]!));
    return result && isComplete(result.values) ? fromBigints(a.name, a.dtype, result.dims, result.values) : undefined;
  }
  const [valuesA, valuesB] = [numbersOf(a), numbersOf(b)];
  if (!valuesA || !valuesB) return undefined;
  const f = isIntegerType(a.dtype) ? operation.integers ?? operation.numbers : operation.numbers;
  const result = zip(a, b, (i, j) => f(valuesA[i]!, valuesB[j]!));
  return result && isComplete(result.values) ? fromResults(a.name, a.dtype, result.dims, result.values) : undefined;
}

function binary(operation: Operation): Evaluator {
  return ({ node, inputs: [a, b], opset }) => {
    // Before opset 7 an attribute said how to broadcast.
    if (!a || !b || opset < 7 || node.attributes.size > 0) return undefined;
    const result = combine(a, b, operation);
    return result && [result];
  };
}

/** Any number of operands, combined from the left. */
function variadic(operation: Operation): Evaluator {
  return ({ inputs, opset }) => {
    if (opset < 8 || inputs.length === 0) return undefined;
    let result = inputs[0];
    for (const next of inputs.slice(1)) result = result && next && combine(result, next, operation);
    return result && [result];
  };
}

/** Float only: integers are left to the runtime. */
function floatFunction(f: (x: number) => number): Evaluator {
  return ({ inputs: [x] }) => {
    const values = x && isFloatType(x.dtype) ? numbersOf(x) : undefined;
    return x && values && [fromResults(x.name, x.dtype, x.dims, Array.from(values, f))];
  };
}

function signed(numbers: (x: number) => number, bigints: (x: bigint) => bigint): Evaluator {
  return ({ inputs: [x] }) => {
    if (!x || x.dtype === 'bool') return undefined;
    const wide = bigintsOf(x);
    if (wide) return [fromBigints(x.name, x.dtype, x.dims, Array.from(wide as ArrayLike<bigint>, bigints))];
    const values = numbersOf(x);
    return values && [fromResults(x.name, x.dtype, x.dims, Array.from(values, numbers))];
  };
}

function comparison(numbers: (a: number, b: number) => boolean, bigints: (a: bigint, b: bigint) => boolean): Evaluator {
  return ({ node, inputs: [a, b], opset }: Evaluation) => {
    if (!a || !b || opset < 7 || node.attributes.size > 0 || a.dtype !== b.dtype) return undefined;
    const [wideA, wideB] = [bigintsOf(a), bigintsOf(b)];
    const [valuesA, valuesB] = [numbersOf(a), numbersOf(b)];
    const compare = wideA && wideB
      ? (i: number, j: number) => bigints(wideA[i]!, wideB[j]!)
      : valuesA && valuesB
        ? (i: number, j: number) => numbers(valuesA[i]!, valuesB[j]!)
        : undefined;
    const result = compare && zip(a, b, compare);
    return result && [Tensor.from(a.name, 'bool', result.dims, result.values.map(Number))];
  };
}

const logical = (f: (a: number, b: number) => number): Evaluator => ({ node, inputs: [a, b], opset }) => {
  if (a?.dtype !== 'bool' || b?.dtype !== 'bool' || opset < 7 || node.attributes.size > 0) return undefined;
  const [left, right] = [a.values() as Uint8Array, b.values() as Uint8Array];
  const result = zip(a, b, (i, j) => f(left[i]!, right[j]!));
  return result && [Tensor.from(a.name, 'bool', result.dims, result.values)];
};

const not: Evaluator = ({ inputs: [x] }) => {
  if (x?.dtype !== 'bool') return undefined;
  return [Tensor.from(x.name, 'bool', x.dims, Array.from(x.values() as Uint8Array, (v) => (v ? 0 : 1)))];
};

/** The exponent may have another type; the result has the base's. */
const pow: Evaluator = ({ node, inputs: [a, b], opset }) => {
  if (!a || !b || opset < 7 || node.attributes.size > 0) return undefined;
  if (!isFloatType(a.dtype) || !isFloatType(b.dtype)) return undefined;
  const [base, exponent] = [numbersOf(a), numbersOf(b)];
  const result = base && exponent && zip(a, b, (i, j) => base[i]! ** exponent[j]!);
  return result && [fromResults(a.name, a.dtype, result.dims, result.values)];
};

const multiply32 = (a: number, b: number): number => Math.imul(a, b);
const divide32 = (a: number, b: number): number | null => (b === 0 ? null : Math.trunc(a / b));

export const arithmeticEvaluators: Evaluators = {
  Abs: signed(Math.abs, (x) => (x < 0n ? -x : x)),
  Add: binary({ numbers: (a, b) => a + b, bigints: (a, b) => a + b }),
  And: logical((a, b) => a & b),
  Ceil: floatFunction(Math.ceil),
  Div: binary({ numbers: (a, b) => a / b, integers: divide32, bigints: (a, b) => (b === 0n ? null : a / b) }),
  Equal: comparison((a, b) => a === b, (a, b) => a === b),
  Exp: floatFunction(Math.exp),
  Floor: floatFunction(Math.floor),
  Greater: comparison((a, b) => a > b, (a, b) => a > b),
  GreaterOrEqual: comparison((a, b) => a >= b, (a, b) => a >= b),
  Less: comparison((a, b) => a < b, (a, b) => a < b),
  LessOrEqual: comparison((a, b) => a <= b, (a, b) => a <= b),
  Log: floatFunction(Math.log),
  Max: variadic({ numbers: Math.max, bigints: (a, b) => (a > b ? a : b) }),
  Min: variadic({ numbers: Math.min, bigints: (a, b) => (a < b ? a : b) }),
  Mul: binary({ numbers: (a, b) => a * b, integers: multiply32, bigints: (a, b) => a * b }),
  Neg: signed((x) => -x, (x) => -x),
  Not: not,
  Or: logical((a, b) => a | b),
  Pow: pow,
  Reciprocal: floatFunction((x) => 1 / x),
  Sqrt: floatFunction(Math.sqrt),
  Sub: binary({ numbers: (a, b) => a - b, bigints: (a, b) => a - b }),
};
