/** Whether two models give the same results in onnxruntime, whose optimizer is kept out of it. */

import { expect } from 'vitest';
import type { Model } from '../../server/engine/model/model.ts';
import type { Tensor } from '../../server/engine/model/tensor.ts';
import { validateModel } from '../../server/engine/model/validate.ts';
import type { Runtime } from '../../server/engine/runtime/runtime.ts';
import { decodeSmallFloats, isSmallFloatType } from '../../server/engine/tensor/float-formats.ts';
import { tensorValue, type Feeds, type TensorValue } from '../../server/engine/tensor/tensor-value.ts';

/** A tensor of a file or a model as an input to run with. */
export function valueOf(tensor: Tensor): TensorValue {
  const data = tensor.dtype === 'string'
    ? (tensor.strings ?? []).map((text) => Buffer.from(text).toString('utf8'))
    : tensor.values();
  return tensorValue(tensor.dtype, tensor.dims, data);
}

/** Normally distributed numbers of float32, the same for the same seed (Marsaglia's polar method). */
export function noise(dims: readonly number[], seed = 1): TensorValue {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const normal = (): number => {
    for (;;) {
      const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
      const s = u * u + v * v;
      if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s);
    }
  };
  const count = dims.reduce((product, dim) => product * dim, 1);
  return tensorValue('float32', dims, Float32Array.from({ length: count }, normal));
}

export async function run(runtime: Runtime, model: Model, feeds: Feeds): Promise<Record<string, TensorValue>> {
  const session = await runtime.load(model, { optimization: 'disabled' });
  try {
    return await session.run(feeds);
  } finally {
    await session.release();
  }
}

/** Numbers of a value as doubles; 64-bit integers keep 53 bits. */
export function numbersOf({ dtype, data }: TensorValue): Float64Array {
  if (isSmallFloatType(dtype)) return Float64Array.from(decodeSmallFloats(dtype, data as ArrayLike<number>));
  return Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

/** The largest difference of two values, relative to the largest number of the first; Infinity for unlike ones. */
export function difference(expected: TensorValue, actual: TensorValue): number {
  if (expected.dtype !== actual.dtype || expected.dims.join() !== actual.dims.join()) return Infinity;
  if (expected.dtype === 'string') return expected.data.join('\0') === actual.data.join('\0') ? 0 : Infinity;
  const [a, b] = [numbersOf(expected), numbersOf(actual)];
  let [worst, scale] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Object.is(x, y) || x === y) {
      if (Number.isFinite(x)) scale = Math.max(scale, Math.abs(x));
      continue;
    }
    if (!Number.isFinite(x) || !Number.isFinite(y)) return Infinity;
    scale = Math.max(scale, Math.abs(x));
    worst = Math.max(worst, Math.abs(x - y));
  }
  return worst === 0 ? 0 : worst / Math.max(scale, 1e-12);
}

/** The largest difference over all outputs. */
export function differences(expected: Record<string, TensorValue>, actual: Record<string, TensorValue>): number {
  if (Object.keys(expected).sort().join() !== Object.keys(actual).sort().join()) return Infinity;
  return Math.max(0, ...Object.entries(expected).map(([name, value]) => difference(value, actual[name]!)));
}

/** Expects `after` to be valid, to have the interface of `before`, and to give the same within `tolerance`. */
export async function expectSameResults(
  runtime: Runtime,
  before: Model,
  after: Model,
  feeds: Feeds,
  tolerance = 1e-6,
): Promise<void> {
  expect(validateModel(after)).toEqual([]);
  expect(after.graph.outputs).toEqual(before.graph.outputs);
  expect(after.graph.feeds()).toEqual(before.graph.feeds());
  const [expected, actual] = [await run(runtime, before, feeds), await run(runtime, after, feeds)];
  expect(differences(expected, actual)).toBeLessThanOrEqual(tolerance);
}
