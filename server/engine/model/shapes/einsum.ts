/** The equation of an Einsum (ONNX operator specification, Einsum; NumPy's einsum) applied to shapes. */

import type { Dim } from '../types.ts';
import { broadcast, countOf, multiplyDims, unknownShape, type Shape } from './dims.ts';

export interface Einsum {
  readonly output: Shape | undefined;
  /** Points of the space that all labels span: products of two operands take as many multiplications. */
  readonly points: Dim;
}

/** The result for operands of the given shapes; labels whose length does not follow are `null`. */
export function einsumOf(equation: string, shapes: readonly (Shape | undefined)[]): Einsum {
  const { inputs, output } = termsOf(equation);
  const dims = dimsOf(inputs, shapes);
  if (!dims) return { output: output.includes('.') ? undefined : unknownShape(output.length), points: null };
  const [before, after] = output.split('...') as [string, string | undefined];
  const named = (letters: string): Dim[] => Array.from(letters, (letter) => dims.letters.get(letter) ?? null);
  return {
    output: after === undefined ? named(before) : [...named(before), ...dims.ellipsis, ...named(after)],
    points: multiplyDims(countOf([...dims.letters.values()]), countOf(dims.ellipsis)),
  };
}

/** The output of the implicit form is what appears once, in alphabetical order. */
function termsOf(equation: string): { readonly inputs: readonly string[]; readonly output: string } {
  const [left, right] = equation.replace(/\s/g, '').split('->') as [string, string | undefined];
  const inputs = left.split(',');
  if (right !== undefined) return { inputs, output: right };
  const letters = Array.from(left.replace(/[^A-Za-z]/g, ''));
  const once = letters.filter((c) => letters.indexOf(c) === letters.lastIndexOf(c)).sort();
  return { inputs, output: (left.includes('...') ? '...' : '') + once.join('') };
}

/** Labels of the axes of one operand; '.' stands for one axis of the ellipsis. */
function labelsOf(term: string, rank: number): string[] | undefined {
  const [before, after] = term.split('...') as [string, string | undefined];
  if (after === undefined) return before.length === rank ? Array.from(before) : undefined;
  const inside = rank - before.length - after.length;
  return inside < 0 ? undefined : Array.from(before + '.'.repeat(inside) + after);
}

/** The length of every letter and the shape of the ellipsis; undefined when a rank is not known. */
function dimsOf(
  terms: readonly string[],
  shapes: readonly (Shape | undefined)[],
): { readonly letters: ReadonlyMap<string, Dim>; readonly ellipsis: Shape } | undefined {
  const letters = new Map<string, Dim>();
  const ellipses: Shape[] = [];
  for (const [i, term] of terms.entries()) {
    const shape = shapes[i];
    const labels = shape && labelsOf(term, shape.length);
    if (!labels) return undefined;
    ellipses.push(shape.filter((_, axis) => labels[axis] === '.'));
    labels.forEach((label, axis) => {
      if (label === '.') return;
      const own = shape[axis]!;
      const known = letters.get(label);
      // Operands of length 1 along a label broadcast.
      letters.set(label, known === undefined ? own : broadcast([[known], [own]])![0]!);
    });
  }
  return { letters, ellipsis: broadcast(ellipses)! };
}
