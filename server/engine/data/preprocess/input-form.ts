/** How an input takes pictures: its layout, its size, and how many channels it wants. */

import { LatheError } from '../../errors.ts';
import { describeType } from '../../tensor/tensor-value.ts';
import type { ModelInput } from '../dataset.ts';

export interface InputForm {
  readonly layout: 'NCHW' | 'NHWC';
  /** `false` for an input of three axes. */
  readonly batched: boolean;
  /** Absent where the model leaves it open. */
  readonly channels?: number;
  readonly height?: number;
  readonly width?: number;
}

const isChannelCount = (dim: unknown): boolean => dim === 1 || dim === 3 || dim === 4;

/** The form of an input that can take pictures, or undefined. `layout` overrides what the shape suggests. */
export function pictureForm(input: ModelInput, layout?: 'NCHW' | 'NHWC'): InputForm | undefined {
  const { shape, dtype } = input;
  if (dtype === 'string' || dtype === 'bool') return undefined;
  if (shape === undefined) return { layout: layout ?? 'NCHW', batched: true };
  if (shape.length !== 3 && shape.length !== 4) return undefined;
  const axes = shape.slice(-3);
  const [first, , last] = axes;
  const chosen = layout ?? (!isChannelCount(first) && isChannelCount(last) ? 'NHWC' : 'NCHW');
  const [channels, height, width] = chosen === 'NCHW' ? axes : [axes[2], axes[0], axes[1]];
  if (typeof channels === 'number' && !isChannelCount(channels)) return undefined;
  // Of three axes a first one of length 1 is a batch: of sound, of text, of features.
  if (shape.length === 3 && first === 1) return undefined;
  return {
    layout: chosen,
    batched: shape.length === 4,
    ...(typeof channels === 'number' && { channels }),
    ...(typeof height === 'number' && { height }),
    ...(typeof width === 'number' && { width }),
  };
}

/**
 * The input that pictures go to: the one named, else the first that can take them.
 *
 * @throws LatheError `DATA` when there is none
 */
export function pictureInput(inputs: readonly ModelInput[], named?: string, layout?: 'NCHW' | 'NHWC'): ModelInput {
  const input = named === undefined
    ? inputs.find((one) => pictureForm(one, layout) !== undefined)
    : inputs.find((one) => one.name === named);
  if (input && pictureForm(input, layout)) return input;
  const shown = (input ? [input] : inputs).map(({ name, dtype, shape }) => `"${name}" ${describeType(dtype, shape)}`);
  if (named !== undefined && !input) {
    throw new LatheError('DATA', `The model has no input "${named}".`, { fix: `Its inputs are ${shown.join(', ')}.` });
  }
  throw new LatheError('DATA', 'The model does not take pictures.', {
    detail: shown.join(', '),
    fix: `Its inputs are ${shown.join(', ')}: give arrays for them with "npz:", or use "random: true".`,
  });
}
