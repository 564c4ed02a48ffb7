/** Transpose: of two in a row one is left, and one that moves no axis is none. */

import { attr } from '../../../model/attribute.ts';
import type { Node } from '../../../model/node.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

export const transposes: FoldRule = {
  operators: ['Transpose'],
  apply(node, scope) {
    const perm = permOf(node, scope);
    const data = node.input(0);
    if (!perm || data === undefined) return false;
    if (isStraight(perm)) {
      return scope.bypass(node, data, 'it moves no axis');
    }
    const before = scope.producer(data);
    const first = before?.is('Transpose') ? permOf(before, scope) ?? reversed(perm.length) : undefined;
    if (!before || first?.length !== perm.length) return false;
    const both = perm.map((axis) => first[axis]!);
    const source = before.input(0)!;
    if (isStraight(both)) {
      return scope.bypass(node, source, 'it undoes the Transpose before it');
    }
    node.attributes.set('perm', attr.ints(both));
    scope.skip(node, before, source, 'into the Transpose after it');
    return true;
  },
};

/** Without a permutation the axes are reversed, as many as the input has. */
function permOf(node: Node, scope: FoldScope): readonly number[] | undefined {
  const rank = scope.shape(node.input(0))?.length;
  return node.ints('perm') ?? (rank === undefined ? undefined : reversed(rank));
}

function reversed(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => rank - 1 - i);
}

function isStraight(perm: readonly number[]): boolean {
  return perm.every((axis, i) => axis === i);
}
