/** How far one tensor is from another over all runs: for instance a quantized model's from the float model's. */

import { LatheError } from '../../errors.ts';
import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { channelLayout, sameChannels } from './channels.ts';
import { kernels } from './kernels/kernels.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec, type Tap } from './observer.ts';

export interface ErrorSpec extends Spec<'error'> {
  /** What `tap` should be equal to: mostly the value of the same name in another session. */
  readonly reference: Tap;
  /** Axis of the channels, for `channelMeanDifference`; negative counts from the end. */
  readonly channelAxis?: number;
}

export interface ErrorResult extends Result<'error'> {
  /** Values compared. */
  readonly count: number;
  /** Mean square of the reference. */
  readonly signalPower: number;
  /** Mean square of tap minus reference. */
  readonly noisePower: number;
  /** 10 log10 of signal over noise; Infinity without noise, NaN where a value was not finite. */
  readonly sqnrDb: number;
  /** Largest absolute difference. */
  readonly maxAbs: number;
  /** Cosine of the angle between both, as one long vector each; 1 when both are zero. */
  readonly cosine: number;
  /** [channels]: mean of tap minus reference. */
  readonly channelMeanDifference?: Float64Array;
}

class ErrorObserver implements Observer<ErrorResult> {
  private readonly tap: string;
  private readonly axis: number | undefined;
  private count = 0;
  private signal = 0;
  private noise = 0;
  private energy = 0;
  private dot = 0;
  private maxAbs = 0;
  private difference: Float64Array | undefined;
  private perChannel = 0;

  constructor(spec: ErrorSpec) {
    this.tap = tapName(spec.tap);
    this.axis = spec.channelAxis;
  }

  update([value, reference]: readonly TensorValue[]): void {
    const { dims } = value!;
    if (dims.join() !== reference!.dims.join()) {
      throw new LatheError(
        'RUNTIME',
        `"${this.tap}" has shape [${dims.join(', ')}], its reference [${reference!.dims.join(', ')}].`,
        { at: { value: this.tap } },
      );
    }
    const a = tensorValueFloats(value!);
    const b = tensorValueFloats(reference!);
    const seen = kernels().difference(a, b);
    this.count += a.length;
    this.energy += seen.sumOfSquaresA;
    this.signal += seen.sumOfSquaresB;
    this.dot += seen.dot;
    this.noise += seen.sumOfSquaredDifferences;
    this.maxAbs = Math.max(this.maxAbs, seen.largest);
    if (this.axis !== undefined) this.updateChannels(a, b, dims, this.axis);
  }

  private updateChannels(a: Float32Array, b: Float32Array, dims: readonly number[], axis: number): void {
    const { outer, channels, inner } = channelLayout(dims, axis, this.tap);
    const difference = (this.difference ??= new Float64Array(channels));
    sameChannels(difference.length, channels, this.tap);
    this.perChannel += outer * inner;
    let at = 0;
    for (let o = 0; o < outer; o++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (const end = at + inner; at < end; at++) sum += a[at]! - b[at]!;
        difference[c]! += sum;
      }
    }
  }

  result(): ErrorResult {
    const { tap, count, signal, noise, energy, dot, maxAbs, difference, perChannel } = this;
    const bothZero = energy === 0 && signal === 0;
    return {
      kind: 'error',
      tap,
      count,
      signalPower: signal / count,
      noisePower: noise / count,
      sqnrDb: noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
      maxAbs,
      cosine: bothZero ? 1 : dot / Math.sqrt(energy * signal),
      ...(difference && { channelMeanDifference: difference.map((d) => d / perChannel) }),
    };
  }
}

export const errorObserver: ObserverDefinition<ErrorSpec, ErrorResult> = {
  taps: (spec) => [spec.tap, spec.reference],
  create: (spec) => new ErrorObserver(spec),
};
