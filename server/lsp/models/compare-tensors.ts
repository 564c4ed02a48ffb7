/** The constants of two models that stand for the same thing, element by element. */

import type { TensorError } from '../../../protocol/model.ts';
import { tensorError } from '../../engine/analysis/tensor-error.ts';
import type { Tensor } from '../../engine/model/tensor.ts';

/** A sentence where they cannot be compared. */
export async function compareConstants(
  a: Tensor,
  b: Tensor,
  signal: AbortSignal,
): Promise<TensorError | { readonly reason: string }> {
  if (a.dims.join() !== b.dims.join()) {
    return { reason: `The shapes differ: [${a.dims.join(', ')}] and [${b.dims.join(', ')}].` };
  }
  for (const { dtype } of [a, b]) {
    if (dtype === 'string' || dtype === 'undefined' || dtype.startsWith('complex')) {
      return { reason: `Tensors of the type ${dtype} have no differences.` };
    }
  }
  if (isInteger(a) !== isInteger(b)) {
    return { reason: `One is stored in ${a.dtype}, the other in ${b.dtype}: a scale and a zero point lie between.` };
  }
  return tensorError(a, b, signal);
}

function isInteger({ dtype }: Tensor): boolean {
  return /^u?int|^bool/.test(dtype);
}
