/** mixup (Zhang et al. 2018): each row of a batch is blended with another one, and so are their labels. */

import { Random } from '../../util/random.ts';
import type { Feeds, TensorValue } from '../../tensor/tensor-value.ts';
import type { Batch } from './batches.ts';

export interface Mix {
  /** The row that each row was blended with. */
  readonly partner: readonly number[];
  /** How much of each row is its own: 0.5 to 1. */
  readonly own: Float32Array;
}

const stream = 0x313b;

/**
 * Shares are uniform, the paper's Beta(1, 1). What is less than a half its own is seen as the other row's blend, so
 * that each row stays mostly itself.
 */
export function mixUp(batch: Batch, seed: number, epoch: number): Batch {
  const random = new Random(seed, stream, epoch, batch.index);
  const rows = batch.samples.length;
  const partner = random.shuffle(Array.from({ length: rows }, (_, i) => i));
  const own = Float32Array.from({ length: rows }, () => {
    const share = random.next();
    return Math.max(share, 1 - share);
  });
  const mix = { partner, own };
  const feeds: Feeds = Object.fromEntries(Object.entries(batch.feeds).map(([name, value]) =>
    [name, value.dtype === 'float32' ? blended(value, mix) : value]));
  return { ...batch, feeds, mix };
}

function blended({ dtype, dims, data }: TensorValue, { partner, own }: Mix): TensorValue {
  const from = data as Float32Array;
  const length = from.length / partner.length;
  const out = new Float32Array(from.length);
  for (let row = 0; row < partner.length; row++) {
    const share = own[row]!;
    const a = row * length;
    const b = partner[row]! * length;
    for (let i = 0; i < length; i++) out[a + i] = share * from[a + i]! + (1 - share) * from[b + i]!;
  }
  return { dtype, dims, data: out };
}
