/** Pixels to the numbers of an input: (pixel * scale - mean) / std, laid out as the model wants it. */

import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { nativeArrayOf, type TensorValue } from '../../tensor/tensor-value.ts';
import type { Picture } from '../pictures/picture.ts';
import type { PreprocessPlan } from './plan.ts';

/** Turns pictures with the plan's number of channels, in the order RGB(A), into values of the input. */
export function tensorMaker(plan: PreprocessPlan): (picture: Picture) => TensorValue {
  const { mean, std, scale, dtype, form, channels } = plan;
  const count = mean.length;
  const numbers = new Float64Array(count * 256);
  for (let c = 0; c < count; c++) {
    for (let pixel = 0; pixel < 256; pixel++) numbers[c * 256 + pixel] = (pixel * scale - mean[c]!) / std[c]!;
  }
  // 256 values a channel are all there is, so each is rounded to the type once. All kinds of array are handled alike.
  const table = nativeView(dtype, fromNumbers(dtype, numbers), numbers.length) as Float32Array;
  const make = nativeArrayOf(dtype)!;
  const source = (c: number): number => (channels === 'BGR' ? 2 - c : c);

  return ({ width, height, data }) => {
    const pixels = width * height;
    const out = new make(pixels * count) as Float32Array;
    for (let c = 0; c < count; c++) {
      const step = form.layout === 'NCHW' ? 1 : count;
      let to = form.layout === 'NCHW' ? c * pixels : c;
      const row = c * 256;
      for (let from = source(c); from < data.length; from += count, to += step) out[to] = table[row + data[from]!]!;
    }
    const dims = form.layout === 'NCHW' ? [count, height, width] : [height, width, count];
    return { dtype, dims: form.batched ? [1, ...dims] : dims, data: out };
  };
}
