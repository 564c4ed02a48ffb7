/** Matrix products. */

import type { DataType } from '../../../tensor/dtype.ts';
import type { Dim } from '../../types.ts';
import { broadcast, type Shape } from '../dims.ts';
import { einsumOf } from '../einsum.ts';
import { tensor } from '../known.ts';
import { shapeText, type NodeFacts, type Outputs, type Rule, type Rules } from '../node-facts.ts';

/** NumPy's matmul: vectors gain a dimension that goes again, everything before the matrices broadcasts. */
export function matMulShape(n: NodeFacts, a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (!a || !b || a.length === 0 || b.length === 0) return undefined;
  const inner = [a.at(-1)!, b.length === 1 ? b[0]! : b.at(-2)!];
  if (inner.every((d) => typeof d === 'number') && inner[0] !== inner[1]) {
    n.problem(`the shapes ${shapeText(a)} and ${shapeText(b)} cannot be multiplied`);
  }
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)], () => {
    n.problem(`the shapes ${shapeText(a)} and ${shapeText(b)} do not broadcast`);
  });
  return batch && [...batch, ...(a.length > 1 ? [a.at(-2)!] : []), ...(b.length > 1 ? [b.at(-1)!] : [])];
}

/** A product of inputs `left` and `right` whose result has the given element type. */
export function matMul(dtype: (n: NodeFacts) => DataType, left = 0, right = 1): Rule {
  return (n) => [tensor(dtype(n), matMulShape(n, n.shape(left), n.shape(right)))];
}

/** [rows, columns] of a product of two matrices that attributes may transpose. */
export function gemmShape(n: NodeFacts, left = 0, right = 1): Shape {
  const transA = n.node.int('transA', 0) !== 0;
  const transB = n.node.int('transB', 0) !== 0;
  const [a, b] = [n.shape(left), n.shape(right)];
  const row: Dim = a?.length === 2 ? a[transA ? 1 : 0]! : null;
  const column: Dim = b?.length === 2 ? b[transB ? 0 : 1]! : null;
  if (a?.length === 2 && b?.length === 2) {
    const [x, y] = [a[transA ? 0 : 1], b[transB ? 1 : 0]];
    if (typeof x === 'number' && typeof y === 'number' && x !== y) {
      n.problem(`the shapes ${shapeText(a)} and ${shapeText(b)} cannot be multiplied`);
    }
  }
  return [row, column];
}

function einsum(n: NodeFacts): Outputs {
  const shapes = n.inputs.map((_, i) => n.shape(i));
  return [tensor(n.anyDtype(...shapes.keys()), einsumOf(n.node.string('equation', ''), shapes).output)];
}

export const matrixRules: Rules = {
  MatMul: matMul((n) => n.anyDtype(0, 1)),
  MatMulInteger: matMul(() => 'int32'),
  QLinearMatMul: matMul((n) => n.dtype(7), 0, 3),
  Gemm: (n) => [tensor(n.anyDtype(0, 1), gemmShape(n))],
  Einsum: einsum,
  Det: (n) => [tensor(n.dtype(0), n.shape(0)?.slice(0, -2))],
};
