/**
 * Resizing by separable convolution, in the fixed-point arithmetic of Pillow's `Image.resize` for 8-bit pictures, whose
 * pixels it reproduces: a filter as wide as the reduction (so shrinking averages), horizontal pass first, each pass
 * rounded to 8 bits. (Pillow 13 takes the vertical pass first for some sizes, which moves pixels by one level at most.)
 * `linear` is OpenCV's instead, within one level: four pixels are mixed however much it shrinks.
 */

import type { Filter } from '../preprocess/schema.ts';
import type { Picture } from './picture.ts';

interface Kernel {
  /** Does not widen where pictures shrink. */
  readonly fixed?: boolean;
  /** Half its width, in pixels of the smaller picture. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

function cubic(x: number): number {
  // Keys 1981 with a = -0.5.
  const t = Math.abs(x);
  if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
  if (t < 2) return ((-0.5 * t + 2.5) * t - 4) * t + 2;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(x * Math.PI) / (x * Math.PI);
}

const kernels: Record<Exclude<Filter, 'nearest'>, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  linear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)), fixed: true },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Fraction bits of the weights: 8 bits of pixel and 2 of headroom leave 22 of a 32-bit sum. */
const fractionBits = 22;
const half = 1 << (fractionBits - 1);

/** For each pixel of the result: the first pixel it is made of, how many, and `width` weights (the rest are 0). */
interface Weights {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly width: number;
  readonly values: Int32Array;
}

function weightsOf(kernel: Kernel, from: number, to: number): Weights {
  const scale = from / to;
  const filterScale = kernel.fixed ? 1 : Math.max(1, scale);
  const inverse = 1 / filterScale;
  const support = kernel.support * filterScale;
  const width = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const values = new Int32Array(to * width);
  const row = new Float64Array(width);
  for (let i = 0; i < to; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    let sum = 0;
    for (let j = start; j < end; j++) {
      const weight = kernel.weight((j - center + 0.5) * inverse);
      row[j - start] = weight;
      sum += weight;
    }
    first[i] = start;
    count[i] = end - start;
    for (let j = 0; j < end - start; j++) {
      const exact = (sum === 0 ? row[j]! : row[j]! / sum) * (1 << fractionBits);
      values[i * width + j] = Math.trunc(exact < 0 ? exact - 0.5 : exact + 0.5);
    }
  }
  return { first, count, width, values };
}

function clip(sum: number): number {
  const value = sum >> fractionBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function horizontalPass(picture: Picture, width: number, kernel: Kernel): Picture {
  const { height, channels, data } = picture;
  const weights = weightsOf(kernel, picture.width, width);
  const out = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const row = y * picture.width * channels;
    let to = y * width * channels;
    for (let x = 0; x < width; x++) {
      const start = row + weights.first[x]! * channels;
      const count = weights.count[x]!;
      const at = x * weights.width;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let k = 0, from = start + c; k < count; k++, from += channels) {
          sum += data[from]! * weights.values[at + k]!;
        }
        out[to++] = clip(sum);
      }
    }
  }
  return { width, height, channels, data: out };
}

function verticalPass(picture: Picture, height: number, kernel: Kernel): Picture {
  const { width, channels, data } = picture;
  const weights = weightsOf(kernel, picture.height, height);
  const row = width * channels;
  const out = new Uint8Array(row * height);
  const sums = new Int32Array(row);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let k = 0; k < weights.count[y]!; k++) {
      const weight = weights.values[y * weights.width + k]!;
      const from = (weights.first[y]! + k) * row;
      for (let i = 0; i < row; i++) sums[i] = sums[i]! + data[from + i]! * weight;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = clip(sums[i]!);
  }
  return { width, height, channels, data: out };
}

/** For each of `to` pixels the one of `from` under its centre; positions add up as in Pillow, which decides ties. */
function nearestIndices(from: number, to: number): Int32Array {
  const step = from / to;
  let position = step * 0.5;
  return Int32Array.from({ length: to }, () => {
    const index = Math.min(from - 1, Math.trunc(position));
    position += step;
    return index;
  });
}

function nearest(picture: Picture, width: number, height: number): Picture {
  const { channels, data } = picture;
  const out = new Uint8Array(width * height * channels);
  const columns = nearestIndices(picture.width, width);
  let to = 0;
  for (const row of nearestIndices(picture.height, height)) {
    for (let x = 0; x < width; x++) {
      const from = (row * picture.width + columns[x]!) * channels;
      for (let c = 0; c < channels; c++) out[to++] = data[from + c]!;
    }
  }
  return { width, height, channels, data: out };
}

/** @param width of the result, in pixels; so is `height` */
export function resizePicture(picture: Picture, width: number, height: number, filter: Filter): Picture {
  if (picture.width === width && picture.height === height) return picture;
  if (filter === 'nearest') return nearest(picture, width, height);
  const kernel = kernels[filter];
  const wide = picture.width === width ? picture : horizontalPass(picture, width, kernel);
  return wide.height === height ? wide : verticalPass(wide, height, kernel);
}
