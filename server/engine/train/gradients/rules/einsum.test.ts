import { attr } from '../../../model/attribute.ts';
import { node } from '../../../../../test/model/build.ts';
import { gradientTests } from '../../../../../test/train/gradient-table.ts';
import type { GradientCase } from '../../../../../test/train/finite-differences.ts';

function einsum(equation: string, ...shapes: readonly (readonly number[])[]): [string, GradientCase] {
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, shape]));
  const nodes = [node('Einsum', Object.keys(inputs).join(), 'y', { equation: attr.string(equation) })];
  return [equation, { nodes, inputs, dtype: 'float64' }];
}

gradientTests(
  Object.fromEntries([
    einsum('bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 5, 4]),
    einsum('bhij,bhjd->bihd', [2, 2, 3, 5], [2, 2, 5, 4]),
    einsum('ij, jk', [2, 3], [3, 4]),
    einsum('i,j->ij', [3], [2]),
    einsum('ijk->ki', [2, 3, 4]),
    einsum('bi,ij,bj->b', [2, 3], [3, 4], [2, 4]),
  ]),
);
