/** Operators that reduce dimensions, and running sums. */

import type { Dim } from '../../types.ts';
import { dimension, positiveAxes, positiveAxis, unknownShape, type Shape } from '../dims.ts';
import { rounded } from '../elements.ts';
import { tensor, type Elements } from '../known.ts';
import type { NodeFacts, Rule, Rules } from '../node-facts.ts';
import { sameAsInput } from './elementwise.ts';

/** The shape left after reducing `axes`; undefined axes are not known, but `axisCount` of them (if that is known). */
export function reducedShape(
  shape: Shape | undefined,
  axes: readonly number[] | undefined,
  keepDims: boolean,
  axisCount: Dim,
): Shape | undefined {
  if (!shape) return undefined;
  const known = axes && positiveAxes(axes, shape.length);
  if (known) {
    return keepDims ? shape.map((d, i) => (known.includes(i) ? 1 : d)) : shape.filter((_, i) => !known.includes(i));
  }
  // Reduced or not, a dimension of 1 stays one.
  if (keepDims) return shape.map((d) => (d === 1 ? 1 : null));
  // No axes at all mean every axis, or none: an attribute decides.
  return typeof axisCount === 'number' && axisCount > 0 ? unknownShape(shape.length - axisCount) : undefined;
}

/** Folds the elements of a vector; only exact arithmetic, so sums and products of integers and extremes. */
type Fold = (x: number, y: number) => number;

function reduction(axesInputSince: number, fold?: Fold): Rule {
  return (n) => {
    const shape = n.shape(0);
    const keepDims = n.node.int('keepdims', 1) !== 0;
    const asInput = n.opset >= axesInputSince && n.has(1);
    const axes = asInput ? n.numbers(1) : n.node.ints('axes');
    const absent = axes ? axes.length === 0 : !asInput;
    if (absent && n.node.int('noop_with_empty_axes', 0) !== 0) return [tensor(n.dtype(0), shape, n.elements(0))];
    const all = absent ? shape?.map((_, i) => i) : axes;
    const out = tensor(n.dtype(0), reducedShape(shape, all, keepDims, n.dim(1, 0)));
    if (!fold || shape?.length !== 1 || all?.length !== 1) return [out];
    return [tensor(n.dtype(0), out.tensor!.shape, folded(n, fold))];
  };
}

function folded(n: NodeFacts, fold: Fold): Elements | undefined {
  const numbers = n.numbers(0);
  const dtype = n.dtype(0);
  if (!numbers || numbers.length === 0 || !/^u?int/.test(dtype)) return undefined;
  return [numbers.every(Number.isSafeInteger) ? rounded(dtype, numbers.reduce((x, y) => fold(x, y))) : null];
}

function indexOfExtreme(n: NodeFacts): ReturnType<Rule> {
  const keepDims = n.node.int('keepdims', 1) !== 0;
  return [tensor('int64', reducedShape(n.shape(0), [n.node.int('axis', 0)], keepDims, 1))];
}

/** Reduces everything from dimension 2 on to 1: `GlobalAveragePool` and its kin. */
export function globalPoolShape(shape: Shape | undefined, channelsLast = false): Shape | undefined {
  return shape?.map((d, i) => (i === 0 || i === (channelsLast ? shape.length - 1 : 1) ? d : 1));
}

const globalPool: Rule = (n) => [tensor(n.dtype(0), globalPoolShape(n.shape(0)))];

/** TopK: the values and their indices, `k` of them along the axis. */
function topK(n: NodeFacts): ReturnType<Rule> {
  const shape = n.shape(0);
  const axis = shape && positiveAxis(n.node.int('axis', -1), shape.length);
  const k = dimension(n.opset < 10 ? n.node.int('k') : n.scalar(1));
  const out = axis === undefined ? unknownShape(shape?.length) : shape?.map((d, i) => (i === axis ? k : d));
  return [tensor(n.dtype(0), out), tensor('int64', out)];
}

export const reductionRules: Rules = {
  ReduceL1: reduction(18),
  ReduceL2: reduction(18),
  ReduceLogSum: reduction(18),
  ReduceLogSumExp: reduction(18),
  ReduceMax: reduction(18, Math.max),
  ReduceMean: reduction(18),
  ReduceMin: reduction(18, Math.min),
  ReduceProd: reduction(18, (x, y) => x * y),
  ReduceSum: reduction(13, (x, y) => x + y),
  ReduceSumSquare: reduction(18),
  ArgMax: indexOfExtreme,
  ArgMin: indexOfExtreme,
  CumSum: sameAsInput,
  CumProd: sameAsInput,
  GlobalAveragePool: globalPool,
  GlobalLpPool: globalPool,
  GlobalMaxPool: globalPool,
  TopK: topK,
};
