import { describe, expect, it } from 'vitest';
import { tensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import { gramObserver, type GramResult, type GramSpec } from './gram.ts';
import type { PatchShape } from './patch.ts';

const every = { kind: 'gram', tap: 'x', positions: 1e9, block: 1e9, seed: 1 } as const;

function observe(spec: GramSpec, dims: readonly number[], runs: readonly Float32Array[]): GramResult {
  const observer = gramObserver.create(spec);
  for (const data of runs) observer.update([tensorValue('float32', dims, data)]);
  return observer.result();
}

function randomRuns(dims: readonly number[], count: number): Float32Array[] {
  const random = new Random(dims.length, count);
  const size = dims.reduce((a, b) => a * b);
  return Array.from({ length: count }, () => Float32Array.from({ length: size }, () => random.normal()));
}

/** Every patch of one group, in a picture that is padded by copying it into a larger one. */
function patches(data: Float32Array, dims: readonly number[], shape: PatchShape, group: number): number[][] {
  const [batch, channels, height, width] = (dims.length === 3 ? [dims[0], dims[1], 1, dims[2]] : dims) as [
    number, number, number, number,
  ];
  const two = (list: readonly number[], missing: number): [number, number] =>
    list.length === 1 ? [missing, list[0]!] : [list[0]!, list[1]!];
  const [kernel, strides, dilations] = [two(shape.kernel, 1), two(shape.strides, 1), two(shape.dilations, 1)];
  const [before, after] = [two(shape.padsBegin, 0), two(shape.padsEnd, 0)];
  const tall = height + before[0] + after[0];
  const wide = width + before[1] + after[1];
  const perGroup = channels / shape.groups;
  const found: number[][] = [];
  for (let n = 0; n < batch; n++) {
    const planes = Array.from({ length: perGroup }, (_, c) => {
      const plane = Array.from({ length: tall }, () => new Array<number>(wide).fill(0));
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const from = ((n * channels + group * perGroup + c) * height + y) * width + x;
          plane[y + before[0]]![x + before[1]] = data[from]!;
        }
      }
      return plane;
    });
    for (let top = 0; top + (kernel[0] - 1) * dilations[0] < tall; top += strides[0]) {
      for (let left = 0; left + (kernel[1] - 1) * dilations[1] < wide; left += strides[1]) {
        const patch: number[] = [];
        for (let ky = 0; ky < kernel[0]; ky++) {
          for (let kx = 0; kx < kernel[1]; kx++) {
            for (const plane of planes) patch.push(plane[top + ky * dilations[0]]![left + kx * dilations[1]]!);
          }
        }
        found.push(patch);
      }
    }
  }
  return found;
}

/** Compares with the sum of x·xᵀ over `vectors`, block by block. */
function expectSums(result: GramResult, group: number, vectors: readonly (readonly number[])[]): void {
  for (const { start, size, sums } of result.blocks[group]!) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const wanted = j < i ? 0 : vectors.reduce((sum, x) => sum + x[start + i]! * x[start + j]!, 0);
        expect(sums[i * size + j]).toBeCloseTo(wanted, 4);
      }
    }
  }
}

const plain: PatchShape = {
  kernel: [3, 3], strides: [1, 1], dilations: [1, 1], padsBegin: [0, 0], padsEnd: [0, 0], groups: 1,
};

describe('the gram observer', () => {
  it.each<{ name: string; dims: readonly number[]; patch: PatchShape }>([
    { name: 'a plain kernel', dims: [2, 2, 5, 6], patch: plain },
    { name: 'strides', dims: [1, 2, 7, 6], patch: { ...plain, strides: [2, 3] } },
    { name: 'uneven padding', dims: [1, 2, 4, 5], patch: { ...plain, padsBegin: [1, 0], padsEnd: [2, 1] } },
    { name: 'dilation', dims: [1, 1, 8, 7], patch: { ...plain, kernel: [3, 2], dilations: [2, 3], padsBegin: [1, 1] } },
    { name: 'groups', dims: [2, 6, 4, 4], patch: { ...plain, groups: 3, padsBegin: [1, 1], padsEnd: [1, 1] } },
    { name: 'depthwise, by all at once', dims: [1, 4, 5, 5], patch: { ...plain, groups: 4, strides: [2, 2] } },
    {
      name: 'one dimension',
      dims: [2, 3, 11],
      patch: { kernel: [4], strides: [2], dilations: [2], padsBegin: [3], padsEnd: [1], groups: 1 },
    },
  ])('sums the products of every pair under a kernel: $name', ({ dims, patch }) => {
    const runs = randomRuns(dims, 2);
    const result = observe({ ...every, patch }, dims, runs);
    const vectors = Array.from({ length: patch.groups }, (_, g) =>
      runs.flatMap((data) => patches(data, dims, patch, g)),
    );
    expect(result.count).toBe(vectors[0]!.length);
    expect(result.length).toBe(vectors[0]![0]!.length);
    for (const [g, own] of vectors.entries()) expectSums(result, g, own);
  });

  it('takes rows of the last axis where there is no kernel, in blocks that leave out what is between them', () => {
    const dims = [2, 3, 7];
    const runs = randomRuns(dims, 2);
    const result = observe({ ...every, block: 3 }, dims, runs);
    const rows = runs.flatMap((data) => [0, 1, 2, 3, 4, 5].map((r) => [...data.subarray(r * 7, r * 7 + 7)]));
    expect(result.blocks[0]!.map(({ start, size }) => [start, size])).toEqual([[0, 3], [3, 3], [6, 1]]);
    expect(result.count).toBe(12);
    expectSums(result, 0, rows);
  });

  it('samples as many positions as asked for, the same for the same seed', () => {
    const dims = [1, 2, 6, 6];
    const runs = randomRuns(dims, 3);
    const spec: GramSpec = { ...every, patch: plain, positions: 5 };
    const result = observe(spec, dims, runs);
    expect(result.count).toBe(15);
    expect(observe(spec, dims, runs)).toEqual(result);
    expect(observe({ ...spec, seed: 2 }, dims, runs).blocks).not.toEqual(result.blocks);
  });

  it('leaves out vectors that are not finite', () => {
    const rows = Float32Array.of(1, 2, Infinity, 3, NaN, 4, 5, 6);
    const result = observe(every, [4, 2], [rows]);
    expect(result.count).toBe(2);
    expectSums(result, 0, [[1, 2], [5, 6]]);
  });
});
