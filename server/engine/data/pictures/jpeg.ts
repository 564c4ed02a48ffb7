/**
 * JPEG, by libjpeg-turbo in WebAssembly: the decoder that Pillow has, and the same pixels to the last bit, so that
 * accuracies can be compared with those of Python tools.
 */

import { decode } from '@cwasm/jpeg-turbo';
import { LatheError } from '../../errors.ts';
import type { Picture } from './picture.ts';

/** Baseline, extended, progressive and so on: the markers that start a frame. */
const isFrameMarker = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

/** Number of colour components, from the frame header (ITU-T T.81, B.2.2); undefined when there is none. */
function components(bytes: Uint8Array): number | undefined {
  let at = 2;
  while (at + 9 < bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrameMarker(marker)) return bytes[at + 9];
    at += 2 + bytes[at + 2]! * 256 + bytes[at + 3]!;
  }
  return undefined;
}

/**
 * The picture as RGBA.
 *
 * @throws LatheError `DATA` for a damaged or cut-off file, and for CMYK
 */
export function decodeJpeg(bytes: Uint8Array): Picture {
  const count = components(bytes);
  if (count === undefined) throw new LatheError('DATA', 'the JPEG file is damaged.');
  if (count === 4) throw new LatheError('DATA', 'it is a CMYK picture, made for printing.');
  try {
    const { width, height, data } = decode(bytes);
    return { width, height, channels: 4, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    throw new LatheError('DATA', 'the JPEG file is damaged or cut off.', { cause: error });
  }
}
