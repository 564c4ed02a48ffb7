/**
 * What a linear layer needs to be fitted again: for sampled output positions, the inputs x under its kernel in one
 * session and the outputs y that it should have, from another; the sum of z·zᵀ is kept, where z is x, 1 and y.
 */

import { LatheError } from '../../errors.ts';
import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import { kernels, maxVector, strideOf } from './kernels/kernels.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec, type Tap } from './observer.ts';
import { PatchReader, type PatchShape } from './patch.ts';

export interface RegressionSpec extends Spec<'regression'> {
  /** The outputs to come near to: [batch, channels, …] for a patch, else rows of the last axis. */
  readonly target: Tap;
  /** What is taken from the target, of its shape: for instance what another branch adds to it in the first session. */
  readonly less?: Tap;
  /** Which channels of the target. */
  readonly channels: readonly number[];
  /** Of one group. Absent: rows of the last axis are the inputs (Gemm, MatMul). */
  readonly patch?: PatchShape;
  /** Output positions to sample in each run. */
  readonly positions: number;
  readonly seed: number;
}

export interface RegressionResult extends Result<'regression'> {
  /** Number of inputs; z has `inputs` + 1 + number of channels elements. */
  readonly inputs: number;
  /** Upper triangle and diagonal of the sum of z·zᵀ, row-major. */
  readonly sums: Float64Array;
  readonly count: number;
}

class RegressionObserver implements Observer<RegressionResult> {
  private readonly spec: RegressionSpec;
  private readonly random: Random;
  private inputs = 0;
  private size = 0;
  private stride = 0;
  private rowsAtOnce = 0;
  private sums = new Float64Array(0);
  private rows = new Float32Array(0);
  private waiting = 0;
  private count = 0;

  constructor(spec: RegressionSpec) {
    this.spec = spec;
    this.random = new Random(spec.seed);
  }

  update([input, target, less]: readonly TensorValue[]): void {
    const x = tensorValueFloats(input!);
    const y = less ? difference(tensorValueFloats(target!), tensorValueFloats(less)) : tensorValueFloats(target!);
    // Where one is broadcast to the other the difference is not the layer's: nothing is learnt from such a run.
    if (!y) return;
    const { patch, channels } = this.spec;
    if (patch) {
      const reader = new PatchReader(x, input!.dims, patch);
      const plane = target!.dims.slice(2).reduce((a, b) => a * b, 1);
      const perImage = plane * target!.dims[1]!;
      this.sample(reader.length, reader.positions, (at, row) => {
        reader.read(at, 0, row);
        const first = Math.floor(at / plane) * perImage + (at % plane);
        for (const [i, channel] of channels.entries()) row[reader.length + 1 + i] = y[first + channel * plane]!;
      });
      return;
    }
    const length = input!.dims.at(-1)!;
    const width = target!.dims.at(-1)!;
    this.sample(length, x.length / length, (at, row) => {
      row.set(x.subarray(at * length, (at + 1) * length));
      for (const [i, channel] of channels.entries()) row[length + 1 + i] = y[at * width + channel]!;
    });
  }

  private sample(inputs: number, positions: number, read: (at: number, row: Float32Array) => void): void {
    this.prepare(inputs);
    const wanted = Math.min(positions, this.spec.positions);
    for (let i = 0; i < wanted; i++) {
      const row = this.rows.subarray(this.waiting * this.stride, this.waiting * this.stride + this.size);
      read(wanted === positions ? i : this.random.below(positions), row);
      row[inputs] = 1;
      // One infinity would make every sum useless. Only finite values give zero when taken from themselves.
      if (!row.every((value) => value - value === 0)) continue;
      this.count += 1;
      this.waiting += 1;
      if (this.waiting === this.rowsAtOnce) this.sum();
    }
  }

  private prepare(inputs: number): void {
    if (this.size > 0) return;
    this.inputs = inputs;
    this.size = inputs + 1 + this.spec.channels.length;
    if (this.size > maxVector) {
      throw new LatheError('INTERNAL', `${this.size} unknowns and outputs at once: at most ${maxVector}.`);
    }
    this.stride = strideOf(this.size);
    this.rowsAtOnce = kernels().rowsAtOnce(this.size);
    this.sums = new Float64Array(this.size * this.size);
    this.rows = new Float32Array(this.rowsAtOnce * this.stride);
  }

  private sum(): void {
    kernels().addProducts(this.rows, this.waiting, this.size, this.sums);
    this.waiting = 0;
  }

  result(): RegressionResult {
    this.sum();
    const { inputs, sums, count } = this;
    return { kind: 'regression', tap: tapName(this.spec.tap), inputs, sums, count };
  }
}

function difference(a: Float32Array, b: Float32Array): Float32Array | undefined {
  return a.length === b.length ? a.map((value, i) => value - b[i]!) : undefined;
}

export const regressionObserver: ObserverDefinition<RegressionSpec, RegressionResult> = {
  taps: ({ tap, target, less }) => (less === undefined ? [tap, target] : [tap, target, less]),
  create: (spec) => new RegressionObserver(spec),
};
