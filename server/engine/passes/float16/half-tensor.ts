/** Constants in half precision, converted when they are read, so that nothing is held in memory. */

import { throwIfCancelled } from '../../errors.ts';
import { Tensor, type TensorStorage } from '../../model/tensor.ts';
import { bytesOf } from '../../tensor/codec.ts';
import { decodeSmallFloats, encodeSmallFloats } from '../../tensor/float-formats.ts';
import type { PassNote } from '../pass.ts';
import type { HalfType } from './half-operators.ts';
import type { HalfOptions } from './to-half-options.ts';

/** The largest finite number of each type, and the smallest above zero. */
const limits: Readonly<Record<HalfType, { readonly max: number; readonly min: number }>> = {
  float16: { max: 65504, min: 2 ** -24 },
  bfloat16: { max: decodeSmallFloats('bfloat16', [0x7f7f])[0]!, min: 2 ** -133 },
};

/** Elements that are converted at a time. */
const chunkElements = 1 << 18;

interface Fit {
  /** How many numbers were too large and became the largest there is. */
  readonly clamped: number;
  /** Whether the only number was so small that it would have become 0, and became the smallest there is. */
  readonly raised: boolean;
}

function inspect(source: Tensor, type: HalfType): Fit {
  const { max, min } = limits[type];
  let clamped = 0;
  let raised = false;
  for (let at = 0; at < source.size; at += chunkElements) {
    for (const value of floatsOf(source, at, Math.min(source.size, at + chunkElements))) {
      if (Math.abs(value) > max && Math.abs(value) !== Infinity) clamped += 1;
      if (source.size === 1 && value !== 0 && Math.abs(value) < min) raised = true;
    }
  }
  return { clamped, raised };
}

/**
 * A float32 tensor in half precision. Numbers beyond the range become the largest finite ones (infinities stay); a lone
 * number that would vanish (the epsilon of a division, mostly) becomes the smallest.
 */
function stored(source: Tensor, type: HalfType, raised: boolean): Tensor {
  const storage: TensorStorage = {
    byteLength: source.size * 2,
    read: (start = 0, end = source.size * 2) => {
      const first = Math.floor(start / 2);
      const floats = floatsOf(source, first, Math.ceil(end / 2));
      return bytesOf(encode(floats, type, raised)).subarray(start - first * 2, end - first * 2);
    },
  };
  const { name, dims } = source;
  return new Tensor({ name, dtype: type, dims, storage });
}

/** Whether every number is within the range of `type`. */
export function fitsHalf(source: Tensor, type: HalfType): boolean {
  return inspect(source, type).clamped === 0;
}

function encode(floats: Float32Array, type: HalfType, raised: boolean): Uint16Array {
  const { max, min } = limits[type];
  const fitted = floats.map((value) => {
    if (raised) return Math.sign(value) * min;
    return Math.abs(value) === Infinity ? value : Math.min(max, Math.max(-max, value));
  });
  return encodeSmallFloats(type, fitted);
}

/** Elements [first, end) of a float32 tensor. */
function floatsOf(source: Tensor, first: number, end: number): Float32Array {
  const bytes = source.storage.read(first * 4, end * 4);
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(aligned.buffer, aligned.byteOffset, end - first);
}

/** Converts constants and keeps the notes on what did not fit. */
export class HalfConstants {
  readonly notes: PassNote[] = [];
  private readonly type: HalfType;
  private readonly inspects: boolean;
  private readonly signal: AbortSignal | undefined;

  constructor({ type, inspectsWeights = true }: HalfOptions, signal?: AbortSignal) {
    this.type = type;
    this.inspects = inspectsWeights;
    this.signal = signal;
  }

  convert(source: Tensor): Tensor {
    throwIfCancelled(this.signal);
    if (!this.inspects) return stored(source, this.type, false);
    const { clamped, raised } = inspect(source, this.type);
    const tensor = stored(source, this.type, raised);
    if (clamped > 0) {
      const numbers = clamped === 1 ? 'One number' : `${clamped} of ${source.size} numbers`;
      const message = `${numbers} of "${source.name}" did not fit ${this.type}, and became the largest that do.`;
      this.notes.push({ severity: 'warning', message });
    }
    if (raised) {
      const message = `"${source.name}" would have become 0 in ${this.type}, and became the smallest number above it.`;
      this.notes.push({ severity: 'info', message });
    }
    return tensor;
  }
}
