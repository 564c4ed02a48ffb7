/**
 * Second moments of what a layer multiplies its weights with: for sampled output positions the inputs under the kernel
 * (a patch) are taken as a vector x, and the sum of x·xᵀ is kept. Rounding with error feedback (GPTQ) and layer-wise
 * reconstruction need this matrix and nothing else of the data.
 *
 * The vector's order is the order in which onnxruntime sums: kernel position first, input channel innermost, for each
 * group of channels apart. Long vectors are cut into blocks of neighbours, whose cross terms are dropped: time and
 * memory grow with the length, not with its square.
 */

import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import { channelLayout } from './channels.ts';
import { kernels, maxVector, strideOf } from './kernels/kernels.ts';
import { PatchReader, type PatchShape } from './patch.ts';
import { tapName, type Observer, type ObserverDefinition, type Result, type Spec } from './observer.ts';

export interface GramSpec extends Spec<'gram'> {
  /** Absent: rows of the last axis are the vectors (Gemm, MatMul). */
  readonly patch?: PatchShape;
  /** Output positions to sample in each run. */
  readonly positions: number;
  /** Longest block of a vector; more than 1,024 counts as that. */
  readonly block: number;
  readonly seed: number;
}

export interface GramBlock {
  readonly start: number;
  readonly size: number;
  readonly sums: Float64Array;
}

export interface GramResult extends Result<'gram'> {
  /** Length of the vector of one group. */
  readonly length: number;
  /** By group, then block: upper triangle and diagonal of the sum of x·xᵀ, row-major [size, size]; lower is zero. */
  readonly blocks: readonly (readonly GramBlock[])[];
  /** Vectors summed, those of the first group where there are several. */
  readonly count: number;
}

/** A block of vectors, and those that are not summed yet: rows of `stride`, padded with zeros. */
interface GrowingBlock extends GramBlock {
  readonly stride: number;
  readonly waiting: Float32Array;
}

class GramObserver implements Observer<GramResult> {
  private readonly spec: GramSpec;
  private readonly tap: string;
  private readonly random: Random;
  private blocks: GrowingBlock[][] | undefined;
  /** By group: vectors that wait. */
  private waiting = new Int32Array(0);
  /** Vectors that wait before their products are summed. */
  private rowsAtOnce = 0;
  private length = 0;
  private count = 0;
  private patch = new Float32Array(0);

  constructor(spec: GramSpec) {
    this.spec = spec;
    this.tap = tapName(spec.tap);
    this.random = new Random(spec.seed);
  }

  update([value]: readonly TensorValue[]): void {
    const values = tensorValueFloats(value!);
    if (this.spec.patch) this.addPatches(values, value!.dims, this.spec.patch);
    else this.addRows(values, value!.dims);
  }

  private addRows(values: Float32Array, dims: readonly number[]): void {
    const { outer, channels } = channelLayout(dims, -1, this.tap);
    this.prepare(channels, 1);
    const wanted = Math.min(outer, this.spec.positions);
    for (let i = 0; i < wanted; i++) {
      const row = wanted === outer ? i : this.random.below(outer);
      this.add(0, values.subarray(row * channels, (row + 1) * channels));
    }
  }

  private addPatches(values: Float32Array, dims: readonly number[], patch: PatchShape): void {
    const reader = new PatchReader(values, dims, patch);
    this.prepare(reader.length, patch.groups);
    const wanted = Math.min(reader.positions, this.spec.positions);
    for (let i = 0; i < wanted; i++) {
      const at = wanted === reader.positions ? i : this.random.below(reader.positions);
      for (let group = 0; group < patch.groups; group++) {
        reader.read(at, group, this.patch);
        this.add(group, this.patch);
      }
    }
  }

  private prepare(length: number, groups: number): void {
    if (this.blocks) return;
    this.length = length;
    this.patch = new Float32Array(length);
    this.waiting = new Int32Array(groups);
    const longest = Math.min(this.spec.block, maxVector, length);
    this.rowsAtOnce = kernels().rowsAtOnce(longest);
    this.blocks = Array.from({ length: groups }, () => {
      const blocks = [];
      for (let start = 0; start < length; start += longest) {
        const size = Math.min(longest, length - start);
        const stride = strideOf(size);
        blocks.push({
          start,
          size,
          sums: new Float64Array(size * size),
          stride,
          waiting: new Float32Array(this.rowsAtOnce * stride),
        });
      }
      return blocks;
    });
  }

  private add(group: number, vector: Float32Array): void {
    // One infinity would make every sum useless. Only finite values give zero when taken from themselves.
    for (let i = 0; i < vector.length; i++) if (vector[i]! - vector[i]! !== 0) return;
    if (group === 0) this.count += 1;
    const at = this.waiting[group]!;
    for (const { start, size, stride, waiting } of this.blocks![group]!) {
      waiting.set(vector.subarray(start, start + size), at * stride);
    }
    this.waiting[group] = at + 1;
    if (at + 1 === this.rowsAtOnce) this.sum(group);
  }

  private sum(group: number): void {
    const rows = this.waiting[group]!;
    for (const { size, sums, waiting } of this.blocks![group]!) kernels().addProducts(waiting, rows, size, sums);
    this.waiting[group] = 0;
  }

  result(): GramResult {
    for (let group = 0; group < this.waiting.length; group++) this.sum(group);
    const blocks = (this.blocks ?? []).map((group) => group.map(({ start, size, sums }) => ({ start, size, sums })));
    return { kind: 'gram', tap: this.tap, length: this.length, blocks, count: this.count };
  }
}

export const gramObserver: ObserverDefinition<GramSpec, GramResult> = {
  taps: (spec) => [spec.tap],
  create: (spec) => new GramObserver(spec),
};
