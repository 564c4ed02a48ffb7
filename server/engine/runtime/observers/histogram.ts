/**
 * The distribution of a tensor's values over all runs, in bins that grow with the range (see `bin-grid.ts`).
 *
 * A run's values are counted at once with the bins of the runs before, into scratch memory. Only when they turn out
 * to lie outside are those counts dropped and taken again: that happens a few times in all, so each value costs one
 * look.
 */

import { LatheError } from '../../errors.ts';
import type { Histogram } from '../../tensor/histogram.ts';
import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { binExponent, binOf, mergeBins } from './bin-grid.ts';
import { finiteOnly } from './finite.ts';
import { kernels, maxBins } from './kernels/kernels.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec } from './observer.ts';

export interface HistogramSpec extends Spec<'histogram'> {
  /** Most bins, a power of two from 16 to 4,096; 2,048 unless told. At least half of them cover the range. */
  readonly bins?: number;
}

/** `min` is Infinity and `counts` is empty when no finite value was seen. */
export interface HistogramResult extends Result<'histogram'>, Histogram {
  /** Values seen, finite or not. */
  readonly count: number;
  /** How many of them were infinite or not a number: these are in no bin. */
  readonly nonFinite: number;
}

const defaultBins = 2048;

class HistogramObserver implements Observer<HistogramResult> {
  private readonly tap: string;
  private readonly bins: number;
  /** [bins]: bin k at k modulo bins, exact zeros included. */
  private counts: Float64Array;
  private exponent: number | undefined;
  private min = Infinity;
  private max = -Infinity;
  private count = 0;
  private zeros = 0;
  private nonFinite = 0;

  constructor(spec: HistogramSpec) {
    this.tap = tapName(spec.tap);
    this.bins = spec.bins ?? defaultBins;
    if (this.bins < 16 || this.bins > maxBins || !Number.isInteger(Math.log2(this.bins))) {
      throw new LatheError('INTERNAL', `A histogram cannot have ${this.bins} bins.`, {
        fix: `Use a power of two up to ${maxBins}.`,
      });
    }
    this.counts = new Float64Array(this.bins);
  }

  update([value]: readonly TensorValue[]): void {
    const values = tensorValueFloats(value!);
    this.count += values.length;
    this.add(values);
  }

  private add(values: Float32Array): void {
    if (values.length === 0) return;
    const { exponent, bins } = this;
    if (exponent !== undefined) {
      const seen = kernels().histogram(values, 2 ** -exponent, bins);
      if (seen.finite && this.grow(seen) === exponent) {
        this.take(seen.zeros);
        return;
      }
      kernels().dropCounts(bins);
    }
    const range = kernels().range(values);
    if (range.finite) {
      this.take(kernels().histogram(values, 2 ** -this.grow(range), bins).zeros);
      return;
    }
    const finite = finiteOnly(values);
    this.nonFinite += values.length - finite.length;
    this.add(finite);
  }

  /** Makes the bins cover [min, max] too, and gives the exponent of their width. */
  private grow({ min, max }: { readonly min: number; readonly max: number }): number {
    const low = Math.min(this.min, min);
    const high = Math.max(this.max, max);
    const exponent = binExponent(low, high, this.bins);
    if (this.exponent !== undefined && exponent !== this.exponent) {
      const first = binOf(this.min, this.exponent);
      const last = binOf(this.max, this.exponent);
      this.counts = mergeBins(this.counts, first, last, exponent - this.exponent);
    }
    this.min = low;
    this.max = high;
    this.exponent = exponent;
    return exponent;
  }

  private take(zeros: number): void {
    kernels().takeCounts(this.counts);
    this.zeros += zeros;
  }

  result(): HistogramResult {
    const { tap, bins, exponent, min, max, count, zeros, nonFinite } = this;
    const about = { kind: 'histogram', tap, min, max, count, zeros, nonFinite } as const;
    if (exponent === undefined) return { ...about, start: 0, binWidth: 0, counts: new Float64Array(0) };
    const first = binOf(min, exponent);
    const counts = new Float64Array(binOf(max, exponent) - first + 1);
    for (let i = 0; i < counts.length; i++) counts[i] = this.counts[(first + i) & (bins - 1)]!;
    if (zeros > 0) counts[-first]! -= zeros;
    const binWidth = 2 ** exponent;
    return { ...about, start: first * binWidth, binWidth, counts };
  }
}

export const histogramObserver: ObserverDefinition<HistogramSpec, HistogramResult> = {
  taps: (spec) => [spec.tap],
  create: (spec) => new HistogramObserver(spec),
};
