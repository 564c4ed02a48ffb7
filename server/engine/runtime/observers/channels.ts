/** Tensors as channels: [outer, channels, inner] around an axis. */

import { LatheError } from '../../errors.ts';

export interface ChannelLayout {
  readonly outer: number;
  readonly channels: number;
  /** Neighbouring elements of one channel. */
  readonly inner: number;
}

/** @param axis negative counts from the end */
export function channelLayout(dims: readonly number[], axis: number, value: string): ChannelLayout {
  const positive = axis < 0 ? axis + dims.length : axis;
  const channels = dims[positive];
  if (channels === undefined) {
    throw new LatheError('INTERNAL', `"${value}" of shape [${dims.join(', ')}] has no axis ${axis}.`, {
      at: { value },
    });
  }
  let outer = 1;
  for (let i = 0; i < positive; i++) outer *= dims[i]!;
  let inner = 1;
  for (let i = positive + 1; i < dims.length; i++) inner *= dims[i]!;
  return { outer, channels, inner };
}

/** Throws when a value's number of channels changes from run to run. */
export function sameChannels(known: number, seen: number, value: string): void {
  if (known === seen) return;
  throw new LatheError('INTERNAL', `"${value}" has ${seen} channels in one run and ${known} in another.`, {
    at: { value },
  });
}
