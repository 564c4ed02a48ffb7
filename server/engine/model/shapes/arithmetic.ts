/**
 * Arithmetic on the known elements of small tensors: what models compute shapes with. Every function gives what all
 * runtimes give, or `null`.
 */

import { isIntegerType, type DataType } from '../../tensor/dtype.ts';
import type { Dim } from '../types.ts';
import type { Shape } from './dims.ts';
import { rounded, stretched } from './elements.ts';
import { isSmall, type Elements } from './known.ts';
import type { NodeFacts } from './node-facts.ts';

/** An operator on single elements: gives a number, a symbol that passes through, or `null`. */
export type ElementFunction = (a: Dim, b: Dim, c: Dim) => Dim;

/**
 * `f` on the elements of inputs 0 to `inputCount - 1` (at most 3), broadcast to `shape`; undefined unless all of them
 * are small and have known elements.
 */
export function elementwise(
  n: NodeFacts,
  inputCount: number,
  dtype: DataType,
  shape: Shape | undefined,
  f: ElementFunction,
): Elements | undefined {
  for (let i = 0; i < inputCount; i++) if (!n.inputs[i]?.hasElements) return undefined;
  if (!isSmall(shape)) return undefined;
  const operands: Elements[] = [];
  for (let i = 0; i < inputCount; i++) {
    const own = n.shape(i);
    const elements = n.elements(i);
    if (!elements || !isSmall(own) || own.length > shape.length) return undefined;
    const exact = isIntegerType(n.dtype(i)) ? elements.map(exactInteger) : elements;
    operands.push(stretched(exact, own, shape));
  }
  const [a, b, c] = operands;
  return Array.from({ length: a!.length }, (_, i) => {
    const value = f(a![i]!, b?.[i] ?? null, c?.[i] ?? null);
    return typeof value === 'number' ? rounded(dtype, value) : value;
  });
}

/** 64-bit integers beyond 2^53 were rounded when they were read: no ground for arithmetic. */
function exactInteger(element: Dim): Dim {
  return typeof element !== 'number' || Number.isSafeInteger(element) ? element : null;
}

export function unaryElements(f: (x: number) => number): ElementFunction {
  return (x) => (typeof x === 'number' ? f(x) : null);
}

export function binaryElements(f: (x: number, y: number) => number | null): ElementFunction {
  return (x, y) => (typeof x === 'number' && typeof y === 'number' ? f(x, y) : null);
}

export const nothing: ElementFunction = () => null;

const sum = binaryElements((x, y) => x + y);
const difference = binaryElements((x, y) => x - y);
const product = binaryElements((x, y) => x * y);

export const add: ElementFunction = (x, y, z) => (x === 0 ? y : y === 0 ? x : sum(x, y, z));
export const subtract: ElementFunction = (x, y, z) => (y === 0 ? x : difference(x, y, z));
export const multiply: ElementFunction = (x, y, z) => (x === 1 ? y : y === 1 ? x : product(x, y, z));

/** Integers divide towards zero in runtimes and downwards in NumPy: certain only where both agree. */
export function divide(dtype: DataType): ElementFunction {
  const integers = isIntegerType(dtype);
  return (x, y) => {
    if (y === 1) return x;
    if (typeof x !== 'number' || typeof y !== 'number') return null;
    const exact = x / y;
    return integers && !Number.isInteger(exact) ? (exact > 0 ? Math.floor(exact) : null) : exact;
  };
}

/** The sign of the result depends on an attribute where an operand is negative. */
export const modulo = binaryElements((x, y) => (x >= 0 && y > 0 ? x % y : null));

export const power = binaryElements((x, y) => (Number.isInteger(y) && y >= 0 ? x ** y : null));

/** Dimensions are never negative: that decides comparisons with the marker -1. */
export const equal: ElementFunction = (x, y) => {
  if (x === null || y === null) return null;
  if (x === y) return 1;
  if (typeof x === 'number' && typeof y === 'number') return 0;
  return (typeof x === 'number' && x < 0) || (typeof y === 'number' && y < 0) ? 0 : null;
};

export const and: ElementFunction = (x, y) => (x === 0 || y === 0 ? 0 : x === 1 && y === 1 ? 1 : null);
export const or: ElementFunction = (x, y) => (x === 1 || y === 1 ? 1 : x === 0 && y === 0 ? 0 : null);

function extreme(pick: (x: number, y: number) => number): ElementFunction {
  return (x, y) => (x === y ? x : typeof x === 'number' && typeof y === 'number' ? pick(x, y) : null);
}

export const minimum = extreme(Math.min);
export const maximum = extreme(Math.max);

export const choose: ElementFunction = (condition, x, y) => {
  if (typeof condition === 'number') return condition ? x : y;
  return x === y ? x : null;
};

/** Casts truncate; values that do not fit are left to the platform, hence unknown. Symbols stay in 32 and 64 bits. */
export function castTo(dtype: DataType): ElementFunction {
  const keepsSymbols = dtype === 'int64' || dtype === 'int32';
  const integer = isIntegerType(dtype);
  return (x) => {
    if (typeof x !== 'number') return keepsSymbols ? x : null;
    return integer ? Math.trunc(x) : x;
  };
}
