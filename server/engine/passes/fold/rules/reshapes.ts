/**
 * Reshape, Flatten, Squeeze and Unsqueeze only relabel the elements: of two in a row the last one counts, and one that
 * gives the shape that is there already does nothing.
 */

import type { Node } from '../../../model/node.ts';
import type { Dim } from '../../../model/types.ts';
import type { FoldRule } from '../rule.ts';
import type { FoldScope } from '../scope.ts';

const relabelling = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

export const reshapesToSameShape: FoldRule = {
  operators: relabelling,
  apply(node, scope) {
    const [data, output] = [node.input(0), node.outputs[0]];
    if (data === undefined || !output) return false;
    if (!isSameShape(scope, data, output) && !keepsEveryAxis(node, scope)) return false;
    return scope.bypass(node, data, 'its input has that shape already');
  },
};

/** A symbol stands for one number throughout the main graph; inside a loop it may change from step to step. */
function isSameShape(scope: FoldScope, before: string, after: string): boolean {
  const [a, b] = [scope.shape(before), scope.shape(after)];
  if (!a || a.length !== b?.length) return false;
  const isCertain = (dim: Dim): boolean => typeof dim === 'number' || (dim !== null && scope.parent === undefined);
  return a.every((dim, i) => isCertain(dim) && dim === b[i]);
}

/** A target of zeros (copied lengths), known lengths that are there already, and one -1 at most. */
function keepsEveryAxis(node: Node, scope: FoldScope): boolean {
  if (!node.is('Reshape') || node.int('allowzero', 0) !== 0) return false;
  const target = targetOf(node, scope);
  const shape = scope.shape(node.input(0));
  if (!target || target.length !== shape?.length) return false;
  if (target.filter((dim) => dim === -1).length > 1) return false;
  return target.every((dim, i) => dim === 0 || dim === -1 || dim === shape[i]);
}

function targetOf(node: Node, scope: FoldScope): readonly number[] | undefined {
  return scope.opset < 5 ? node.ints('shape') : scope.known(node.input(1))?.toNumbers();
}

/** A Reshape that copies no length of its input can read what is before another relabelling. */
export const reshapesInARow: FoldRule = {
  operators: ['Reshape'],
  apply(node, scope) {
    const before = scope.producer(node.input(0));
    const source = before?.is(...relabelling) ? before.input(0) : undefined;
    if (!before || source === undefined) return false;
    const target = targetOf(node, scope);
    if (!target || target.includes(0)) return false;
    scope.skip(node, before, source, 'another Reshape follows');
    return true;
  },
};

/** Unsqueeze and Squeeze that undo each other. */
export const squeezePairs: FoldRule = {
  operators: ['Squeeze'],
  apply(node, scope) {
    const before = scope.producer(node.input(0));
    const source = before?.is('Unsqueeze') ? before.input(0) : undefined;
    if (!before || source === undefined) return false;
    const [added, dropped] = [axesOf(before, scope), axesOf(node, scope)];
    // Counted from the same end, or the rank would matter.
    if (!added || added.length !== dropped?.length || !added.every((axis) => dropped.includes(axis))) return false;
    return scope.bypass(node, source, 'it undoes the Unsqueeze before it');
  },
};

function axesOf(node: Node, scope: FoldScope): readonly number[] | undefined {
  return scope.opset < 13 ? node.ints('axes') : scope.known(node.input(1))?.toNumbers();
}
