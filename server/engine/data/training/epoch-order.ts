/** In which order the samples of a training run come. */

import { Random } from '../../util/random.ts';

/** Keeps this use of the seed apart from others. */
const stream = 0x0e90c4;

/** All indices below `size` in a random order: another one each epoch, the same for the same seed. */
export function epochOrder(size: number, seed: number, epoch: number): number[] {
  return new Random(seed, stream, epoch).shuffle(Array.from({ length: size }, (_, i) => i));
}
