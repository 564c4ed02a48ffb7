/** PNG of every colour type and depth, interlaced or not; 16 bits a channel are reduced to 8. */

import { PNG } from 'pngjs';
import { LatheError, messageOf } from '../../errors.ts';
import type { Picture } from './picture.ts';

/** The picture as RGBA; throws `DATA` for a damaged file. */
export function decodePng(bytes: Uint8Array): Picture {
  try {
    const { width, height, data } = PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { width, height, channels: 4, data };
  } catch (error) {
    throw new LatheError('DATA', 'the PNG file is damaged.', { detail: messageOf(error), cause: error });
  }
}
