/** Matrix products. */

import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { GraphBuilder } from '../graph-builder.ts';
import type { GradientRule, GradientRules } from '../rule.ts';

function product(g: GraphBuilder, a: string, b: string, transA: boolean, transB: boolean, alpha = 1): string {
  return g.emit('Gemm', [a, b], {
    transA: attr.int(transA ? 1 : 0),
    transB: attr.int(transB ? 1 : 0),
    alpha: attr.float(alpha),
  });
}

const gemm: GradientRule = {
  backward: (g, node, { gradient, needs }) => {
    const [a, b, c] = node.inputs as [string, string, string?];
    const transA = node.int('transA', 0) !== 0;
    const transB = node.int('transB', 0) !== 0;
    const alpha = node.float('alpha', 1);
    const beta = node.float('beta', 1);
    const first = (): string => transA
      ? product(g, b, gradient, transB, true, alpha)
      : product(g, gradient, b, false, !transB, alpha);
    const second = (): string => transB
      ? product(g, gradient, a, true, transA, alpha)
      : product(g, a, gradient, !transA, false, alpha);
    return [
      needs(0) ? first() : undefined,
      needs(1) ? second() : undefined,
      needs(2) ? g.mul(g.sumTo(gradient, g.dims(c!)), beta) : undefined,
    ];
  },
};

interface Operands {
  readonly a: string;
  readonly b: string;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly scale: number;
}

function operands(node: Node): Operands {
  const [a, b] = node.inputs as [string, string];
  const transA = node.int('transA', 0) !== 0;
  return { a, b, transA, transB: node.int('transB', 0) !== 0, scale: node.float('alpha', 1) };
}

/** Operands of two or more dimensions, with batches that broadcast. */
function matrixGradients(
  g: GraphBuilder,
  { a, b, transA, transB, scale }: Operands,
  gradient: string,
  needs: (index: number) => boolean,
): (string | undefined)[] {
  const [aDims, bDims] = [g.dims(a), g.dims(b)];
  // A matrix that all rows share: one product over all of them, instead of one a sample that is summed afterwards.
  if (bDims.length === 2 && aDims.length > 2 && !transA) {
    const rows = aDims.slice(0, -1).reduce((x, y) => x * y, 1);
    const dy = g.reshape(gradient, [rows, g.dims(gradient).at(-1)!]);
    const flat = g.reshape(a, [rows, aDims.at(-1)!]);
    return [
      needs(0) ? g.reshape(product(g, dy, b, false, !transB, scale), aDims) : undefined,
      needs(1)
        ? transB ? product(g, dy, flat, true, false, scale) : product(g, flat, dy, true, false, scale)
        : undefined,
    ];
  }
  const first = (): string => transA
    ? g.matmul(b, gradient, { transA: transB, transB: true, scale })
    : g.matmul(gradient, b, { transB: !transB, scale });
  const second = (): string => transB
    ? g.matmul(gradient, a, { transA: true, transB: transA, scale })
    : g.matmul(a, gradient, { transA: !transA, scale });
  return [
    needs(0) ? g.sumTo(first(), aDims) : undefined,
    needs(1) ? g.sumTo(second(), bDims) : undefined,
  ];
}

const matmul: GradientRule = {
  backward: (g, node, { gradient, needs }) => {
    const [a, b] = node.inputs as [string, string];
    const [aDims, bDims] = [g.dims(a), g.dims(b)];
    if (aDims.length > 1 && bDims.length > 1) return matrixGradients(g, operands(node), gradient, needs);
    // A vector is a row on the left and a column on the right; the dimension of one is not in the result.
    const wide = aDims.length > 1 ? a : g.reshape(a, [1, ...aDims]);
    const tall = bDims.length > 1 ? b : g.reshape(b, [...bDims, 1]);
    const batch = [...(aDims.length > 1 ? aDims : bDims).slice(0, -2)];
    const result = [...batch, g.dims(wide).at(-2)!, g.dims(tall).at(-1)!];
    const parts = { a: wide, b: tall, transA: false, transB: false, scale: 1 };
    const [da, db] = matrixGradients(g, parts, g.reshape(gradient, result), needs);
    return [da && g.reshape(da, aDims), db && g.reshape(db, bDims)];
  },
};

const fusedMatmul: GradientRule = {
  backward: (g, node, { gradient, needs }) => matrixGradients(g, operands(node), gradient, needs),
};

export const productRules: GradientRules = {
  Gemm: gemm,
  MatMul: matmul,
  'com.microsoft::FusedMatMul': fusedMatmul,
};
