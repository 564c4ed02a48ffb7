/** Gives a picture the size that the model wants, and remembers where its pixels went. */

import { LatheError } from '../../errors.ts';
import { roundHalfEven } from '../../tensor/codec.ts';
import type { Random } from '../../util/random.ts';
import type { Geometry } from '../dataset.ts';
import { flipPicture, windowOf, type Picture } from '../pictures/picture.ts';
import { resizePicture } from '../pictures/resize.ts';
import type { GeometryPlan, Size } from './plan.ts';
import type { ResizeSpec } from './schema.ts';

export interface Arranged {
  readonly picture: Picture;
  readonly geometry: Geometry;
}

/** Random changes of a training picture. */
export interface Augmentation {
  readonly random: Random;
  readonly flip: boolean;
  readonly crop: boolean;
  /** The colour that a square gets, by channel of the picture; no square without it. */
  readonly cutout?: readonly number[];
}

/** The largest move of a picture that `crop` makes, as a share of the input's size. */
const largestMove = 1 / 8;

/** @throws LatheError `DATA` when the result does not have the size that the input fixes */
export function arrange(picture: Picture, plan: GeometryPlan, augmentation?: Augmentation): Arranged {
  const arranged = plan.letterbox
    ? letterboxed(picture, plan.letterbox, plan)
    : resizedAndCropped(picture, plan, augmentation?.crop ? augmentation.random : undefined);
  const { width, height } = arranged.picture;
  const wanted = plan.input;
  if ((wanted.width ?? width) !== width || (wanted.height ?? height) !== height) {
    throw new LatheError(
      'DATA',
      `"preprocess" makes pictures of ${width} x ${height} pixels, but the model takes `
        + `${wanted.width ?? 'any width'} x ${wanted.height ?? 'any height'}.`,
      { fix: 'Correct "resize" and "crop", or leave both out: then pictures are fitted to the model.' },
    );
  }
  if (!augmentation) return arranged;
  const { random, flip, cutout } = augmentation;
  const flipped = flip && random.below(2) === 1 ? flipPicture(arranged.picture) : arranged.picture;
  return { ...arranged, picture: cutout ? withoutSquare(flipped, random, cutout) : flipped };
}

/** The side of the square that `cutout` blanks, as a share of the shorter side; parts of it may lie outside. */
const squareShare = 1 / 2;

/** Cutout (DeVries and Taylor 2017): a square about a point anywhere in the picture, in the colour of no signal. */
function withoutSquare(picture: Picture, random: Random, colour: readonly number[]): Picture {
  const { width, height, channels } = picture;
  const side = Math.max(1, Math.round(Math.min(width, height) * squareShare));
  const left = random.below(width) - (side >> 1);
  const top = random.below(height) - (side >> 1);
  const data = picture.data.slice();
  for (let y = Math.max(0, top); y < Math.min(height, top + side); y++) {
    for (let x = Math.max(0, left); x < Math.min(width, left + side); x++) {
      const at = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) data[at + c] = colour[c] ?? 255;
    }
  }
  return { ...picture, data };
}

/**
 * The size from the centre of which `crop` cuts. A single number is the shorter side and the longer one is rounded
 * down, as in torchvision's Resize.
 */
function targetSize(picture: Size, spec: ResizeSpec): Size {
  const { width, height } = picture;
  if (typeof spec === 'number') {
    return width <= height
      ? { width: spec, height: Math.floor((spec * height) / width) }
      : { width: Math.floor((spec * width) / height), height: spec };
  }
  const scale = spec.longest === undefined
    ? spec.height === undefined
      ? spec.width === undefined ? 1 : spec.width / width
      : spec.height / height
    : spec.longest / Math.max(width, height);
  const side = (exact: number | undefined, length: number): number => {
    if (exact !== undefined) return exact;
    const step = spec.multipleOf ?? 1;
    return Math.max(step, Math.round((length * scale) / step) * step);
  };
  return { width: side(spec.width, width), height: side(spec.height, height) };
}

/** The smallest size with the picture's proportions that covers the input `margin` times. */
function coveringSize(picture: Size, input: Partial<Size>, margin: number): Size {
  const { width, height } = picture;
  const scale = Math.max((input.width ?? 0) / width, (input.height ?? 0) / height) * margin;
  if (scale === 0) return picture;
  return {
    width: Math.max(input.width ?? 1, Math.round(width * scale)),
    height: Math.max(input.height ?? 1, Math.round(height * scale)),
  };
}

function resizedAndCropped(picture: Picture, plan: GeometryPlan, move: Random | undefined): Arranged {
  const { width, height } = picture;
  const fits = width === plan.input.width && height === plan.input.height;
  const size = fits
    ? picture
    : plan.resize === undefined ? coveringSize(picture, plan.input, plan.margin) : targetSize(picture, plan.resize);
  const resized = resizePicture(picture, size.width, size.height, plan.filter);
  const part = fits
    ? picture
    : plan.crop ?? { width: plan.input.width ?? size.width, height: plan.input.height ?? size.height };
  if (part.width > size.width || part.height > size.height) {
    throw new LatheError(
      'DATA',
      `${part.width} x ${part.height} pixels cannot be cut out of a picture of ${size.width} x ${size.height}.`,
      { fix: 'Make "resize" at least as large as "crop" and as the input of the model.' },
    );
  }
  const shift = (length: number): number => {
    const most = Math.round(length * largestMove);
    return move ? move.below(2 * most + 1) - most : 0;
  };
  // Ties to even: where torchvision's CenterCrop begins.
  const left = roundHalfEven((size.width - part.width) / 2) + shift(part.width);
  const top = roundHalfEven((size.height - part.height) / 2) + shift(part.height);
  return {
    picture: windowOf(resized, left, top, part.width, part.height),
    geometry: {
      width,
      height,
      inputWidth: part.width,
      inputHeight: part.height,
      scaleX: size.width / width,
      scaleY: size.height / height,
      offsetX: 0 - left,
      offsetY: 0 - top,
    },
  };
}

function letterboxed(
  picture: Picture,
  { size, pad, anchor }: NonNullable<GeometryPlan['letterbox']>,
  plan: GeometryPlan,
): Arranged {
  const { width, height } = picture;
  const scale = Math.min(size.width / width, size.height / height);
  // Rounded down at the top left as YOLOX does, to nearest in the centre as the Ultralytics models do.
  const rounded = (length: number): number =>
    Math.max(1, anchor === 'center' ? Math.round(length * scale) : Math.floor(length * scale + 1e-9));
  const inner = { width: rounded(width), height: rounded(height) };
  const left = anchor === 'center' ? Math.floor((size.width - inner.width) / 2) : 0;
  const top = anchor === 'center' ? Math.floor((size.height - inner.height) / 2) : 0;
  const resized = resizePicture(picture, inner.width, inner.height, plan.filter);
  return {
    picture: windowOf(resized, -left, -top, size.width, size.height, pad),
    geometry: {
      width,
      height,
      inputWidth: size.width,
      inputHeight: size.height,
      scaleX: scale,
      scaleY: scale,
      offsetX: left,
      offsetY: top,
    },
  };
}
