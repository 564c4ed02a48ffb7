/** Mean of each channel over all runs and positions, in double precision: what bias correction needs. */

import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { channelLayout, sameChannels } from './channels.ts';
import { kernels } from './kernels/kernels.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec } from './observer.ts';

export interface ChannelMeanSpec extends Spec<'channel-mean'> {
  /** Axis of the channels; negative counts from the end. */
  readonly channelAxis: number;
}

export interface ChannelMeanResult extends Result<'channel-mean'> {
  /** [channels]; NaN where a value was not finite or none was seen. */
  readonly mean: Float64Array;
  /** [channels]: mean of the squares. */
  readonly meanSquare: Float64Array;
  /** Values seen per channel. */
  readonly count: number;
}

/** Below this many neighbouring elements per channel a plain loop beats a call of the kernel for each channel. */
const shortRow = 16;

class ChannelMeanObserver implements Observer<ChannelMeanResult> {
  private readonly tap: string;
  private readonly axis: number;
  private sum: Float64Array | undefined;
  private squares: Float64Array | undefined;
  private count = 0;

  constructor(spec: ChannelMeanSpec) {
    this.tap = tapName(spec.tap);
    this.axis = spec.channelAxis;
  }

  update([value]: readonly TensorValue[]): void {
    const values = tensorValueFloats(value!);
    const { outer, channels, inner } = channelLayout(value!.dims, this.axis, this.tap);
    const sum = (this.sum ??= new Float64Array(channels));
    const squares = (this.squares ??= new Float64Array(channels));
    sameChannels(sum.length, channels, this.tap);
    this.count += outer * inner;
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++, at += inner) {
        if (inner >= shortRow) {
          const moments = kernels().moments(values.subarray(at, at + inner));
          sum[c]! += moments.sum;
          squares[c]! += moments.sumOfSquares;
          continue;
        }
        for (let i = at; i < at + inner; i++) {
          const v = values[i]!;
          sum[c]! += v;
          squares[c]! += v * v;
        }
      }
    }
  }

  result(): ChannelMeanResult {
    const { tap, count, sum = new Float64Array(0), squares = new Float64Array(0) } = this;
    const mean = sum.map((s) => s / count);
    return { kind: 'channel-mean', tap, mean, meanSquare: squares.map((s) => s / count), count };
  }
}

export const channelMeanObserver: ObserverDefinition<ChannelMeanSpec, ChannelMeanResult> = {
  taps: (spec) => [spec.tap],
  create: (spec) => new ChannelMeanObserver(spec),
};
