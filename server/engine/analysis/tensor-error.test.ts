import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Tensor } from '../model/tensor.ts';
import { tensorError } from './tensor-error.ts';

const float32 = (dims: readonly number[], values: readonly number[]): Tensor => {
  const data = Float32Array.from(values);
  return Tensor.fromBytes('t', 'float32', dims, new Uint8Array(data.buffer));
};

it('measures what the definitions say', async () => {
  const number = fc.float({ min: -100, max: 100, noNaN: true });
  const some = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 24 });
  await fc.assert(fc.asyncProperty(some, async (pairs) => {
    const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
    const error = await tensorError(float32([a.length], a), float32([b.length], b));
    const differences = pairs.map(([x, y]) => Math.abs(y - x));
    expect(error.maxAbs).toBe(Math.max(...differences));
    expect(error.rmse).toBeCloseTo(Math.hypot(...differences) / Math.sqrt(a.length), 6);
    expect(error.equal).toBe(differences.filter((difference) => difference === 0).length);
    const [signal, noise] = [Math.hypot(...a), Math.hypot(...differences)];
    if (signal > 0 && noise > 0) expect(error.sqnrDb).toBeCloseTo(20 * Math.log10(signal / noise), 6);
    else expect(error.sqnrDb).toBeNull();
  }));
});

it('says where the largest difference is', async () => {
  const before = Array.from({ length: 2 * 3 * 4 }, (_, i) => i);
  const after = before.map((value, i) => (i === 17 ? value - 5 : value + 0.5));
  const error = await tensorError(float32([2, 3, 4], before), float32([2, 3, 4], after));
  expect(error.worst).toEqual({ index: [1, 1, 1], before: 17, after: 12 });
  const same = await tensorError(float32([2], [1, 2]), float32([2], [1, 2]));
  expect(same).toMatchObject({ worst: null, rmse: 0, equal: 2 });
});

it('leaves out what is not finite and reads integers of every width', async () => {
  const error = await tensorError(float32([3], [NaN, 1, 2]), float32([3], [0, Infinity, 4]));
  expect(error).toMatchObject({ elements: 3, compared: 1, maxAbs: 2, worst: { index: [2] } });
  const packed = (bytes: readonly number[]): Tensor => Tensor.fromBytes('t', 'uint4', [12], Uint8Array.from(bytes));
  const nibbles = await tensorError(packed([0, 0, 0, 0, 0x30, 0]), packed([0, 0, 0, 0, 0xf0, 0]));
  expect(nibbles).toMatchObject({ maxAbs: 12, worst: { index: [9], before: 3, after: 15 } });
});
