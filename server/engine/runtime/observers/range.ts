/** Smallest and largest value of a tensor over all runs, and of each channel where that is wanted. */

import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { channelLayout, sameChannels } from './channels.ts';
import { finiteOnly } from './finite.ts';
import { kernels } from './kernels/kernels.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec } from './observer.ts';

export interface RangeSpec extends Spec<'range'> {
  /** Axis of the channels, for `channelMin` and `channelMax`; negative counts from the end. */
  readonly channelAxis?: number;
}

export interface RangeResult extends Result<'range'> {
  /** Of all finite values; Infinity when there were none. */
  readonly min: number;
  readonly max: number;
  /** Values seen, finite or not. */
  readonly count: number;
  /** How many of them were infinite or not a number. */
  readonly nonFinite: number;
  /** [channels], of finite values. */
  readonly channelMin?: Float64Array;
  readonly channelMax?: Float64Array;
}

/** Below this many neighbouring elements per channel a plain loop beats a call of the kernel for each channel. */
const shortRow = 16;

class RangeObserver implements Observer<RangeResult> {
  private readonly tap: string;
  private readonly axis: number | undefined;
  private min = Infinity;
  private max = -Infinity;
  private count = 0;
  private nonFinite = 0;
  private channelMin: Float64Array | undefined;
  private channelMax: Float64Array | undefined;

  constructor(spec: RangeSpec) {
    this.tap = tapName(spec.tap);
    this.axis = spec.channelAxis;
  }

  update([value]: readonly TensorValue[]): void {
    const values = tensorValueFloats(value!);
    this.count += values.length;
    let range = kernels().range(values);
    if (!range.finite) {
      const finite = finiteOnly(values);
      this.nonFinite += values.length - finite.length;
      range = kernels().range(finite);
    }
    this.min = Math.min(this.min, range.min);
    this.max = Math.max(this.max, range.max);
    if (this.axis !== undefined) this.updateChannels(values, value!.dims, this.axis);
  }

  private updateChannels(values: Float32Array, dims: readonly number[], axis: number): void {
    const { outer, channels, inner } = channelLayout(dims, axis, this.tap);
    const min = (this.channelMin ??= new Float64Array(channels).fill(Infinity));
    const max = (this.channelMax ??= new Float64Array(channels).fill(-Infinity));
    sameChannels(min.length, channels, this.tap);
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++, at += inner) {
        const range = inner < shortRow ? undefined : kernels().range(values.subarray(at, at + inner));
        if (range?.finite) {
          min[c] = Math.min(min[c]!, range.min);
          max[c] = Math.max(max[c]!, range.max);
          continue;
        }
        for (let i = at; i < at + inner; i++) {
          const v = values[i]!;
          if (v - v !== 0) continue;
          if (v < min[c]!) min[c] = v + 0;
          if (v > max[c]!) max[c] = v + 0;
        }
      }
    }
  }

  result(): RangeResult {
    const { tap, min, max, count, nonFinite, channelMin, channelMax } = this;
    const channels = channelMin && channelMax && { channelMin, channelMax };
    return { kind: 'range', tap, min, max, count, nonFinite, ...channels };
  }
}

export const rangeObserver: ObserverDefinition<RangeSpec, RangeResult> = {
  taps: (spec) => [spec.tap],
  create: (spec) => new RangeObserver(spec),
};
