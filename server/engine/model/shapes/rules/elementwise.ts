/** Operators that work element by element: one input, several broadcast ones, comparisons, casts. */

import type { DataType } from '../../../tensor/dtype.ts';
import { roundHalfEven } from '../../../tensor/codec.ts';
import {
  add,
  and,
  binaryElements,
  castTo,
  choose,
  divide,
  elementwise,
  equal,
  maximum,
  minimum,
  modulo,
  multiply,
  nothing,
  or,
  power,
  subtract,
  unaryElements,
  type ElementFunction,
} from '../arithmetic.ts';
import { broadcast, type Shape } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rule, Rules } from '../node-facts.ts';

/** Type and shape of input 0. */
export const sameAsInput: Rule = (n) => [tensor(n.dtype(0), n.shape(0))];

function unary(f: (x: number) => number): Rule {
  const each = unaryElements(f);
  return (n) => {
    const shape = n.shape(0);
    return [tensor(n.dtype(0), shape, elementwise(n, 1, n.dtype(0), shape, each))];
  };
}

/** Before opset 7 only the second input was broadcast, along an attribute `axis`. */
function pairShape(n: NodeFacts): Shape | undefined {
  return n.opset < 7 ? n.shape(0) : n.broadcast(0, 1);
}

function pair(n: NodeFacts, dtype: DataType, f: ElementFunction): Outputs {
  const shape = pairShape(n);
  return [tensor(dtype, shape, n.opset < 7 ? undefined : elementwise(n, 2, dtype, shape, f))];
}

const binary = (f: ElementFunction): Rule => (n) => pair(n, n.anyDtype(0, 1), f);
const comparison = (f: ElementFunction): Rule => (n) => pair(n, 'bool', f);

/** Any number of inputs; elements only for the two that shape arithmetic uses. */
function variadic(f: ElementFunction): Rule {
  return (n) => {
    const indices = n.inputs.map((_, i) => i);
    const dtype = n.anyDtype(...indices);
    const shape = n.opset < 8 ? n.shape(0) : n.broadcast(...indices);
    if (indices.length === 1) return [tensor(dtype, shape, n.elements(0))];
    const elements = indices.length === 2 ? elementwise(n, 2, dtype, shape, f) : undefined;
    return [tensor(dtype, shape, elements)];
  };
}

function cast(n: NodeFacts, dtype: DataType): Outputs {
  const shape = n.shape(0);
  return [tensor(dtype, shape, elementwise(n, 1, dtype, shape, castTo(dtype)))];
}

const elementTypeNames: Readonly<Record<string, DataType>> = { FLOAT: 'float32', DOUBLE: 'float64' };

/** The target of a Cast: a code, or before opset 6 a name. */
function castTarget(n: NodeFacts): DataType {
  const to = n.node.attributes.get('to');
  if (to?.type !== 'string' || typeof to.value !== 'string') return n.dtypeAttribute('to', 'undefined');
  return elementTypeNames[to.value] ?? (to.value.toLowerCase() as DataType);
}

const floatUnary = [
  'Acos', 'Acosh', 'Asin', 'Asinh', 'Atan', 'Atanh', 'Celu', 'Cos', 'Cosh', 'Elu', 'Erf', 'Exp', 'Gelu', 'HardSigmoid',
  'HardSwish', 'LeakyRelu', 'Log', 'Mish', 'Reciprocal', 'Selu', 'Shrink', 'Sigmoid', 'Sin', 'Sinh', 'Softplus',
  'Softsign', 'Sqrt', 'Swish', 'Tan', 'Tanh', 'ThresholdedRelu', 'BitwiseNot', 'SwiGLU',
];

export const elementwiseRules: Rules = {
  ...Object.fromEntries(floatUnary.map((name) => [name, sameAsInput])),
  Abs: unary(Math.abs),
  Ceil: unary(Math.ceil),
  Floor: unary(Math.floor),
  Neg: unary((x) => -x),
  Relu: unary((x) => Math.max(x, 0)),
  Round: unary(roundHalfEven),
  Sign: unary(Math.sign),
  Not: unary((x) => 1 - x),
  IsNaN: (n) => [tensor('bool', n.shape(0))],
  IsInf: (n) => [tensor('bool', n.shape(0))],

  Add: binary(add),
  Sub: binary(subtract),
  Mul: binary(multiply),
  Div: (n) => pair(n, n.anyDtype(0, 1), divide(n.anyDtype(0, 1))),
  Mod: binary(modulo),
  Pow: (n) => pair(n, n.dtype(0), power),
  BitShift: binary(nothing),
  BitwiseAnd: binary(nothing),
  BitwiseOr: binary(nothing),
  BitwiseXor: binary(nothing),
  // The slope broadcasts to X and never the other way.
  PRelu: sameAsInput,

  And: comparison(and),
  Or: comparison(or),
  Xor: comparison(binaryElements((x, y) => x ^ y)),
  Equal: comparison(equal),
  Greater: comparison(binaryElements((x, y) => Number(x > y))),
  GreaterOrEqual: comparison(binaryElements((x, y) => Number(x >= y))),
  Less: comparison(binaryElements((x, y) => Number(x < y))),
  LessOrEqual: comparison(binaryElements((x, y) => Number(x <= y))),

  Max: variadic(maximum),
  Min: variadic(minimum),
  Sum: variadic(add),
  Mean: variadic(nothing),

  Where: (n) => {
    const dtype = n.anyDtype(1, 2);
    const shape = n.broadcast(0, 1, 2);
    return [tensor(dtype, shape, elementwise(n, 3, dtype, shape, choose))];
  },

  // Min and max are scalars; with attributes (before opset 11) the elements are not followed.
  Clip: (n) => {
    const [x, low, high] = [n.elements(0), n.scalar(1), n.scalar(2)];
    const bounded = n.node.attributes.size === 0 && (!n.has(1) || low !== null) && (!n.has(2) || high !== null);
    const clipped = bounded
      ? x?.map((e) => {
          const raised = n.has(1) ? maximum(e, low, null) : e;
          return n.has(2) ? minimum(raised, high, null) : raised;
        })
      : undefined;
    return [tensor(n.dtype(0), n.shape(0), clipped)];
  },

  Cast: (n) => cast(n, castTarget(n)),
  CastLike: (n) => cast(n, n.dtype(1)),
  BitCast: (n) => [tensor(n.dtypeAttribute('to', 'undefined'), n.shape(0))],

  Bernoulli: (n) => [tensor(n.dtypeAttribute('dtype', n.dtype(0)), n.shape(0))],
  Dropout: (n) => [
    tensor(n.dtype(0), n.shape(0)),
    tensor(n.opset < 10 ? n.dtype(0) : 'bool', n.shape(0)),
  ],

  StringConcat: (n) => [tensor('string', broadcast([n.shape(0), n.shape(1)]))],
};

