/** Weights that are there as they are and transposed (tied embeddings and heads) are stored once, with a Transpose. */

import { attr } from '../../../model/attribute.ts';
import type { Tensor } from '../../../model/tensor.ts';
import { evaluate } from '../evaluate/evaluate.ts';
import { Node } from '../../../model/node.ts';
import type { FoldScope } from '../scope.ts';

/** Smaller matrices are not worth a node. */
const minBytes = 1024;

/** Larger ones are not transposed in memory to see whether they match. */
const maxBytes = 1 << 30;

export function tieTransposedConstants(scope: FoldScope): void {
  for (const inner of scope.all()) tieIn(inner);
}

function tieIn(scope: FoldScope): void {
  const kept: { readonly name: string; readonly tensor: Tensor }[] = [];
  for (const [name, tensor] of scope.ownConstants()) {
    if (tensor.dims.length !== 2 || scope.isUnused(name) || scope.isOutput(name)) continue;
    if (tensor.byteLength < minBytes || tensor.byteLength > maxBytes) continue;
    const same = kept.find((other) => isTransposed(other.tensor, tensor));
    if (same) scope.constantToNode(name, 'Transpose', same.name, { perm: attr.ints([1, 0]) });
    else kept.push({ name, tensor });
  }
}

function isTransposed(a: Tensor, b: Tensor): boolean {
  if (a.dtype !== b.dtype || a.dims[0] !== b.dims[1] || a.dims[1] !== b.dims[0]) return false;
  const node = new Node({ opType: 'Transpose', inputs: ['a'], outputs: ['b'] });
  const turned = evaluate(node, [a], 1)?.[0];
  return turned !== undefined && Buffer.compare(turned.bytes(), b.bytes().subarray(0, b.byteLength)) === 0;
}
