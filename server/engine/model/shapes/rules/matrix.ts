/** Matrix products. */

import type { DataType } from '../../../tensor/dtype.ts';
import type { Dim } from '../../types.ts';
import { broadcast, unknownShape, type Shape } from '../dims.ts';
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

/** Labels of the axes of one operand or of the output; '.' stands for one axis of the ellipsis. */
function einsumLabels(term: string, rank: number | undefined): string[] | undefined {
  const [before, after] = term.split('...') as [string, string | undefined];
  if (after === undefined) return Array.from(before);
  if (rank === undefined || rank < before.length + after.length) return undefined;
  return Array.from(before + '.'.repeat(rank - before.length - after.length) + after);
}

/** Parts of an Einsum equation; the output of the implicit form is what appears once, in alphabetical order. */
export function einsumTerms(equation: string): { readonly inputs: readonly string[]; readonly output: string } {
  const [left, right] = equation.replace(/\s/g, '').split('->') as [string, string | undefined];
  const inputs = left.split(',');
  if (right !== undefined) return { inputs, output: right };
  const letters = Array.from(left.replace(/[^A-Za-z]/g, ''));
  const once = letters.filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort();
  return { inputs, output: (left.includes('...') ? '...' : '') + once.join('') };
}

/** The length of every letter of an Einsum, and the shape of its ellipsis; undefined when a rank is not known. */
export function einsumDims(
  n: NodeFacts,
  terms: readonly string[],
): { readonly letters: ReadonlyMap<string, Dim>; readonly ellipsis: Shape } | undefined {
  const letters = new Map<string, Dim>();
  const ellipses: Shape[] = [];
  for (const [i, term] of terms.entries()) {
    const shape = n.shape(i);
    const labels = einsumLabels(term, shape?.length);
    if (shape?.length !== labels?.length || !shape || !labels) return undefined;
    ellipses.push(shape.filter((_, axis) => labels[axis] === '.'));
    labels.forEach((label, axis) => {
      if (label === '.') return;
      const known = letters.get(label);
      const [dim] = broadcast([[known ?? shape[axis]!], [shape[axis]!]])!;
      letters.set(label, known === undefined ? shape[axis]! : dim!);
    });
  }
  return { letters, ellipsis: broadcast(ellipses)! };
}

function einsum(n: NodeFacts): Outputs {
  const dtype = n.anyDtype(...n.inputs.keys());
  const { inputs, output } = einsumTerms(n.node.string('equation', ''));
  const dims = einsumDims(n, inputs);
  if (!dims) return [tensor(dtype, output.includes('.') ? undefined : unknownShape(output.length))];
  const [before, after] = output.split('...') as [string, string | undefined];
  const named = (letters: string): Dim[] => Array.from(letters, (c) => dims.letters.get(c) ?? null);
  const shape = after === undefined ? named(before) : [...named(before), ...dims.ellipsis, ...named(after)];
  return [tensor(dtype, shape)];
}

export const matrixRules: Rules = {
  MatMul: matMul((n) => n.anyDtype(0, 1)),
  MatMulInteger: matMul(() => 'int32'),
  QLinearMatMul: matMul((n) => n.dtype(7), 0, 3),
  Gemm: (n) => [tensor(n.anyDtype(0, 1), gemmShape(n))],
  Einsum: einsum,
  Det: (n) => [tensor(n.dtype(0), n.shape(0)?.slice(0, -2))],
};
