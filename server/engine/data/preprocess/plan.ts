/** What is done to every picture of a source, decided once from its `preprocess` key and the model's input. */

import { LatheError } from '../../errors.ts';
import { describeType } from '../../tensor/tensor-value.ts';
import { isFloatType, type DataType } from '../../tensor/dtype.ts';
import type { ModelInput } from '../dataset.ts';
import { pictureForm, type InputForm } from './input-form.ts';
import {
  presets, type Channels, type Filter, type Preset, type PreprocessOptions, type PreprocessSpec, type PresetName,
  type ResizeSpec,
} from './schema.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a picture gets the size of the input. */
export interface GeometryPlan {
  /** The input's own size, as far as it is fixed. */
  readonly input: Partial<Size>;
  readonly filter: Filter;
  readonly resize?: ResizeSpec;
  readonly crop?: Size;
  readonly letterbox?: { readonly size: Size; readonly pad: number; readonly anchor: 'top-left' | 'center' };
  /** Without `resize`: the picture covers the input's size this many times, along its tighter side. */
  readonly margin: number;
}

export interface PreprocessPlan {
  readonly input: string;
  readonly dtype: DataType;
  readonly form: InputForm;
  readonly channels: Channels;
  /** One number a channel, in the order of `channels`. */
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly geometry: GeometryPlan;
  /** For reports. */
  readonly description: string;
  readonly notes: readonly string[];
}

/** What is taken when nothing is said: what most models of such an input were trained with. */
export function assumedPreset(dtype: DataType, form: InputForm): PresetName {
  if (!isFloatType(dtype)) return 'none';
  return form.channels === undefined || form.channels === 3 ? 'imagenet' : 'unit';
}

const presetWords: Record<PresetName, string> = {
  none: 'pixel values 0 to 255',
  unit: 'pixel values 0 to 1',
  'signed-unit': 'pixel values -1 to 1',
  imagenet: 'RGB with ImageNet mean and deviation',
  'imagenet-caffe': 'BGR, 0 to 255 minus the ImageNet mean',
  cifar: 'RGB with CIFAR-10 mean and deviation',
};

/** @throws LatheError `DATA` when the options contradict each other or the input */
export function planPreprocess(spec: PreprocessSpec | undefined, input: ModelInput): PreprocessPlan {
  const options: PreprocessOptions = typeof spec === 'object' ? spec : {};
  const form = pictureForm(input, options.layout);
  if (!form) {
    const layout = options.layout === undefined ? '' : ` in layout ${options.layout}`;
    throw new LatheError('DATA', `The input "${input.name}" does not take pictures${layout}.`, {
      detail: describeType(input.dtype, input.shape),
      fix: 'Take "layout" out of "preprocess", or name another input with "input:".',
    });
  }
  const presetName = typeof spec === 'string'
    ? spec
    : spec === undefined ? assumedPreset(input.dtype, form) : options.preset ?? 'none';
  const preset: Preset = presets[presetName];
  const notes = spec === undefined
    ? [`No "preprocess" is given for "${input.name}": "${presetName}" is assumed (${presetWords[presetName]}). `
      + 'If the model was trained otherwise, say so, or its figures are too low.']
    : [];
  const channels = channelsOf(options, preset, form, input);
  const list = (value: number | readonly number[], name: string): number[] => perChannel(value, channels, name);
  return {
    input: input.name,
    dtype: input.dtype,
    form,
    channels,
    scale: options.scale ?? preset.scale,
    mean: list(options.mean ?? preset.mean, 'mean'),
    std: list(options.std ?? preset.std, 'std'),
    geometry: geometryOf(options, preset, form),
    description: typeof spec === 'object' && options.preset === undefined
      ? 'its own preprocess'
      : `preprocess ${presetName}`,
    notes,
  };
}

export function channelCount(channels: Channels): 1 | 3 | 4 {
  return channels === 'GRAY' ? 1 : channels === 'RGBA' ? 4 : 3;
}

function channelsOf(options: PreprocessOptions, preset: Preset, form: InputForm, input: ModelInput): Channels {
  const wanted = form.channels;
  const given = options.channels ?? preset.channels;
  if (wanted === undefined || channelCount(given) === wanted) return given;
  if (options.channels !== undefined) {
    const made = `"channels: ${given}" makes ${channelCount(given)}`;
    throw new LatheError('DATA', `${made} channels, but the input "${input.name}" has ${wanted}.`, {
      detail: describeType(input.dtype, input.shape),
      fix: wanted === 1 ? 'Use "channels: GRAY".' : wanted === 3 ? 'Use RGB or BGR.' : 'Use "channels: RGBA".',
    });
  }
  return wanted === 1 ? 'GRAY' : 'RGBA';
}

/** A list for three colours serves grey as its average, and leaves alpha as it is. */
function perChannel(value: number | readonly number[], channels: Channels, name: string): number[] {
  const count = channelCount(channels);
  if (typeof value === 'number') return new Array<number>(count).fill(value);
  if (value.length === count) return [...value];
  if (value.length === 1) return new Array<number>(count).fill(value[0]!);
  if (value.length === 3 && count === 1) return [(value[0]! + value[1]! + value[2]!) / 3];
  if (value.length === 3 && count === 4) return [...value, name === 'std' ? 1 : 0];
  throw new LatheError('DATA', `"${name}" has ${value.length} numbers for ${count} channels (${channels}).`, {
    fix: `Give one number, or ${count}.`,
  });
}

function geometryOf(options: PreprocessOptions, preset: Preset, form: InputForm): GeometryPlan {
  const { resize, crop, letterbox } = options;
  if (letterbox && (resize !== undefined || crop !== undefined)) {
    throw new LatheError('DATA', '"letterbox" and "resize" or "crop" exclude each other.', {
      fix: 'Keep "letterbox" for detectors; keep "resize" and "crop" for the rest.',
    });
  }
  const input: Partial<Size> = {
    ...(form.width !== undefined && { width: form.width }),
    ...(form.height !== undefined && { height: form.height }),
  };
  const filter = options.filter ?? 'bilinear';
  // What the file says about sizes replaces the margin of a preset.
  const margin = crop === undefined ? preset.margin ?? 1 : 1;
  if (letterbox) {
    const size = letterbox.size === undefined ? fullSize(input) : asSize(letterbox.size);
    return {
      input, filter, margin, letterbox: { size, pad: letterbox.pad ?? 114, anchor: letterbox.anchor ?? 'center' },
    };
  }
  return {
    input, filter, margin, ...(resize !== undefined && { resize }), ...(crop !== undefined && { crop: asSize(crop) }),
  };
}

function asSize(size: number | Size): Size {
  return typeof size === 'number' ? { width: size, height: size } : size;
}

function fullSize({ width, height }: Partial<Size>): Size {
  if (width !== undefined && height !== undefined) return { width, height };
  throw new LatheError('DATA', 'The model leaves the size of its pictures open, and "letterbox" does not say it.', {
    fix: 'Give "letterbox: { size: … }".',
  });
}
