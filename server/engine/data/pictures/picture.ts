/** Decoded pictures: 8 bits a channel, rows from the top, channels side by side. */

import { readFile } from 'node:fs/promises';
import { LatheError, messageOf } from '../../errors.ts';
import { decodeJpeg } from './jpeg.ts';
import { decodePng } from './png.ts';

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** [height, width, channels] */
  readonly data: Uint8Array;
}

/** File name endings of the pictures that can be read. */
export const pictureExtensions: readonly string[] = ['.jpg', '.jpeg', '.jfif', '.png'];

/**
 * The picture in a file as RGBA. What a camera's orientation flag says is ignored, as the tools that models are trained
 * with ignore it, and so are colour profiles.
 *
 * @throws LatheError `FILE` or `DATA`
 */
export async function readPicture(path: string): Promise<Picture> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const detail = messageOf(error);
    throw new LatheError('FILE', `The picture "${path}" cannot be read.`, { detail, at: { file: path } });
  }
  try {
    return decodePicture(bytes);
  } catch (error) {
    throw new LatheError('DATA', `The picture "${path}" cannot be decoded: ${messageOf(error)}`, {
      at: { file: path },
      fix: 'Save it again as JPEG or PNG, or take it out of the data set.',
      cause: error,
    });
  }
}

/** By the first bytes, since endings lie. */
function decodePicture(bytes: Uint8Array): Picture {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes);
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return decodePng(bytes);
  throw new LatheError('DATA', 'it is neither JPEG nor PNG.');
}

/**
 * RGBA with other channels: 1 is luma (ITU-R 601-2, in the integer arithmetic of Pillow), 3 drops the alpha without
 * blending, as Pillow's `convert` does, 4 is the picture itself.
 */
export function withChannels(picture: Picture, channels: 1 | 3 | 4): Picture {
  if (picture.channels === channels) return picture;
  const { width, height, data } = picture;
  const pixels = width * height;
  const out = new Uint8Array(pixels * channels);
  if (channels === 1) {
    for (let i = 0; i < pixels; i++) {
      const at = 4 * i;
      out[i] = (data[at]! * 19595 + data[at + 1]! * 38470 + data[at + 2]! * 7471 + 0x8000) >> 16;
    }
  } else {
    for (let i = 0; i < pixels; i++) {
      out[3 * i] = data[4 * i]!;
      out[3 * i + 1] = data[4 * i + 1]!;
      out[3 * i + 2] = data[4 * i + 2]!;
    }
  }
  return { width, height, channels, data: out };
}

/** The part of a picture that starts at (left, top); what lies outside the picture has the value `ground`. */
export function windowOf(
  picture: Picture,
  left: number,
  top: number,
  width: number,
  height: number,
  ground = 0,
): Picture {
  const { channels, data } = picture;
  if (left === 0 && top === 0 && width === picture.width && height === picture.height) return picture;
  const out = new Uint8Array(width * height * channels);
  const startX = Math.max(0, left);
  const startY = Math.max(0, top);
  const endX = Math.min(picture.width, left + width);
  const endY = Math.min(picture.height, top + height);
  if (endX - startX < width || endY - startY < height) out.fill(ground);
  if (endX <= startX) return { width, height, channels, data: out };
  for (let y = startY; y < endY; y++) {
    const from = data.subarray((y * picture.width + startX) * channels, (y * picture.width + endX) * channels);
    out.set(from, ((y - top) * width + startX - left) * channels);
  }
  return { width, height, channels, data: out };
}

/** Mirrored left to right. */
export function flipPicture(picture: Picture): Picture {
  const { width, height, channels, data } = picture;
  const out = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      out.set(data.subarray(from, from + channels), (y * width + width - 1 - x) * channels);
    }
  }
  return { width, height, channels, data: out };
}
