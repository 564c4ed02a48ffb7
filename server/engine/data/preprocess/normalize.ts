/** `preprocess` for arrays that already have the size of the input: the arithmetic alone. */

import { LatheError } from '../../errors.ts';
import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { elementCount } from '../../tensor/dtype.ts';
import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import type { ModelInput } from '../dataset.ts';
import { planPreprocess } from './plan.ts';
import type { PreprocessSpec } from './schema.ts';

/**
 * (value * scale - mean) / std on samples in the layout of the input; for BGR the array's channels are taken as RGB.
 *
 * @throws LatheError `DATA` for steps that only pictures have
 */
export function normalizer(spec: PreprocessSpec, input: ModelInput): (value: TensorValue) => TensorValue {
  if (typeof spec === 'object' && (spec.resize !== undefined || spec.crop !== undefined || spec.letterbox)) {
    throw new LatheError('DATA', 'Arrays are not resized or cropped.', {
      fix: 'Take "resize", "crop" and "letterbox" out of "preprocess", or give pictures with "images:".',
    });
  }
  const { mean, std, scale, form, channels, dtype } = planPreprocess(spec, input);
  const count = mean.length;
  return (value) => {
    const from = tensorValueFloats(value);
    const out = new Float64Array(from.length);
    const block = elementCount(value.dims.slice(-3));
    const pixels = block / count;
    for (let start = 0; start < from.length; start += block) {
      for (let c = 0; c < count; c++) {
        const source = channels === 'BGR' ? 2 - c : c;
        for (let i = 0; i < pixels; i++) {
          const at = form.layout === 'NCHW' ? start + source * pixels + i : start + i * count + source;
          const to = form.layout === 'NCHW' ? start + c * pixels + i : start + i * count + c;
          out[to] = (from[at]! * scale - mean[c]!) / std[c]!;
        }
      }
    }
    return { dtype, dims: value.dims, data: nativeView(dtype, fromNumbers(dtype, out), out.length) };
  };
}
