/** What is in a constant: extremes, moments, zeros, histogram and ranges by channel, read piece by piece. */

import type { TensorStatistics } from '../../../protocol/model.ts';
import { LatheError } from '../errors.ts';
import { decodeText } from '../formats/onnx/text.ts';
import type { Tensor } from '../model/tensor.ts';
import { eachChunk, elements } from './tensor-chunks.ts';

const bins = 64;
const previewElements = 12;
/** More channels than this are no picture, but the rows of a table of words. */
const mostChannels = 1 << 16;

export interface StatisticsOptions {
  /** The output channels' axis; without it there are no ranges by channel. */
  readonly channelAxis?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads all of `tensor` twice, a few megabytes at a time, and lets other work run in between.
 *
 * @throws LatheError `UNSUPPORTED` for text and complex numbers, `CANCELLED`, and what reading throws
 */
export async function tensorStatistics(tensor: Tensor, options: StatisticsOptions = {}): Promise<TensorStatistics> {
  const { dtype, dims, size } = tensor;
  if (dtype === 'string' || dtype === 'undefined' || dtype.startsWith('complex')) {
    throw new LatheError('UNSUPPORTED', `There are no statistics of ${dtype === 'string' ? 'text' : dtype} tensors.`, {
      ...(tensor.strings && { detail: tensor.strings.slice(0, previewElements).map(decodeText).join(', ') }),
      at: { value: tensor.name },
    });
  }
  const axis = options.channelAxis;
  const channels = axis === undefined ? undefined : channelLayout(dims, axis);
  const moments = new Moments(channels);
  await eachChunk(tensor, options.signal, (values, from) => moments.add(values, from));
  const { min, max } = moments.range();
  const width = max > min ? (max - min) / bins : 0;
  const counts = new Array<number>(width === 0 ? 1 : bins).fill(0);
  await eachChunk(tensor, options.signal, (values) => count(values, min, width, counts));
  return {
    name: tensor.name,
    dtype,
    shape: dims,
    bytes: tensor.byteLength,
    min,
    max,
    ...moments.figures(size),
    histogram: { min, width, counts },
    ...(channels && axis !== undefined && { channels: { axis, ...moments.channelRanges() } }),
    preview: preview(tensor),
  };
}

/** Where the channel of element i is: `floor(i / inner) % count`. */
interface ChannelLayout {
  readonly count: number;
  readonly inner: number;
}

function channelLayout(dims: readonly number[], axis: number): ChannelLayout | undefined {
  const count = dims[axis];
  if (count === undefined || count < 2 || count > mostChannels) return undefined;
  return { count, inner: dims.slice(axis + 1).reduce((product, dim) => product * dim, 1) };
}

/** One pass: extremes, sums (Welford's update by chunks would gain nothing: sums are of doubles), zeros. */
class Moments {
  private readonly channels: ChannelLayout | undefined;
  private readonly low: Float64Array;
  private readonly high: Float64Array;
  private min = Infinity;
  private max = -Infinity;
  /** Of differences from the first element, so that a large mean does not drown the deviation. */
  private shift: number | undefined;
  private sum = 0;
  private squares = 0;
  private finite = 0;
  private zeros = 0;

  constructor(channels: ChannelLayout | undefined) {
    this.channels = channels;
    this.low = new Float64Array(channels?.count ?? 0).fill(Infinity);
    this.high = new Float64Array(channels?.count ?? 0).fill(-Infinity);
  }

  add(values: ArrayLike<number>, from: number): void {
    const { channels, low, high } = this;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      this.shift ??= value;
      const difference = value - this.shift;
      this.finite += 1;
      this.sum += difference;
      this.squares += difference * difference;
      if (value === 0) this.zeros += 1;
      if (value < this.min) this.min = value;
      if (value > this.max) this.max = value;
      if (!channels) continue;
      const channel = Math.floor((from + i) / channels.inner) % channels.count;
      if (value < low[channel]!) low[channel] = value;
      if (value > high[channel]!) high[channel] = value;
    }
  }

  /** Zero where there is no finite element: JSON has no infinity. */
  range(): { readonly min: number; readonly max: number } {
    // Plus zero makes nothing of the sign of a negative zero.
    return this.finite === 0 ? { min: 0, max: 0 } : { min: this.min + 0, max: this.max + 0 };
  }

  figures(size: number): Pick<TensorStatistics, 'mean' | 'standardDeviation' | 'sparsity' | 'notFinite'> {
    const mean = this.finite === 0 ? 0 : this.sum / this.finite;
    const variance = this.finite === 0 ? 0 : this.squares / this.finite - mean * mean;
    return {
      mean: mean + (this.shift ?? 0),
      standardDeviation: Math.sqrt(Math.max(0, variance)),
      sparsity: size === 0 ? 0 : this.zeros / size,
      notFinite: size - this.finite,
    };
  }

  channelRanges(): { readonly min: number[]; readonly max: number[] } {
    const finite = (value: number): number => (Number.isFinite(value) ? value : 0);
    return { min: Array.from(this.low, finite), max: Array.from(this.high, finite) };
  }
}

function count(values: ArrayLike<number>, min: number, width: number, counts: number[]): void {
  const last = counts.length - 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    counts[width === 0 ? 0 : Math.min(last, Math.floor((value - min) / width))]! += 1;
  }
}

function preview(tensor: Tensor): string {
  const shown = Array.from(elements(tensor, 0, Math.min(previewElements, tensor.size)));
  const text = shown.map((value) => String(Number(value.toPrecision(5)))).join(', ');
  return tensor.size > shown.length ? `${text}, …` : text;
}
