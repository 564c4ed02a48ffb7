/** The numbers of a constant a few megabytes at a time. */

import { setImmediate } from 'node:timers/promises';
import { throwIfCancelled } from '../errors.ts';
import type { Tensor } from '../model/tensor.ts';
import { nativeView, toFloat32 } from '../tensor/codec.ts';
import { packedByteLength } from '../tensor/dtype.ts';
import { isSmallFloatType } from '../tensor/float-formats.ts';

/** A multiple of 8, so that elements below a byte fill whole bytes. 4 MB of float32. */
const chunkElements = 1 << 20;

/**
 * Visits the elements from the first to the last and lets other work run in between.
 *
 * @param visit is given a piece and the place of its first element
 * @throws LatheError `CANCELLED`, and what reading throws
 */
export async function eachChunk(
  tensor: Tensor,
  signal: AbortSignal | undefined,
  visit: (values: ArrayLike<number>, from: number) => void,
): Promise<void> {
  for (let from = 0; from < tensor.size; from += chunkElements) {
    throwIfCancelled(signal);
    visit(elements(tensor, from, Math.min(chunkElements, tensor.size - from)), from);
    await setImmediate();
  }
  throwIfCancelled(signal);
}

/** The `length` elements from `from` on, a multiple of 8. Of a number, not of text. */
export function elements({ dtype, storage }: Tensor, from: number, length: number): ArrayLike<number> {
  const start = packedByteLength(dtype, from);
  const bytes = storage.read(start, start + packedByteLength(dtype, length));
  if (isSmallFloatType(dtype)) return toFloat32(dtype, bytes, length);
  const values = nativeView(dtype, bytes, length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    return Float64Array.from(values as ArrayLike<bigint>, Number);
  }
  return values;
}
