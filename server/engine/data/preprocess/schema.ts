/** The `preprocess` key of a data source: how a picture becomes numbers. */

import * as z from 'zod';

/** value = (pixel * scale - mean) / std, with pixels from 0 to 255 and channels in the order of `channels`. */
export const presets = {
  none: { scale: 1, mean: 0, std: 1, channels: 'RGB' },
  unit: { scale: 1 / 255, mean: 0, std: 1, channels: 'RGB' },
  'signed-unit': { scale: 1 / 127.5, mean: 1, std: 1, channels: 'RGB' },
  imagenet: {
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    channels: 'RGB',
    /** The picture is scaled so that its shorter side is this much longer than the part that is used. */
    margin: 256 / 224,
  },
  'imagenet-caffe': { scale: 1, mean: [103.939, 116.779, 123.68], std: 1, channels: 'BGR', margin: 256 / 224 },
  cifar: { scale: 1 / 255, mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616], channels: 'RGB' },
} as const satisfies Record<string, Preset>;

export interface Preset {
  readonly scale: number;
  readonly mean: number | readonly number[];
  readonly std: number | readonly number[];
  readonly channels: Channels;
  readonly margin?: number;
}

export type PresetName = keyof typeof presets;
export type Channels = 'RGB' | 'BGR' | 'GRAY' | 'RGBA';

export const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];

const pixels = z.int().min(1).max(65536);

const sizeSchema = z.strictObject({
  height: pixels.describe('Height in pixels.'),
  width: pixels.describe('Width in pixels.'),
});

const resizeSchema = z.union([
  pixels,
  z.strictObject({
    height: pixels.optional().describe('Height in pixels. Without `width` the picture keeps its proportions.'),
    width: pixels.optional().describe('Width in pixels. Without `height` the picture keeps its proportions.'),
    longest: pixels.optional().describe('The longer side in pixels; the picture keeps its proportions.'),
    multipleOf: pixels.optional().describe('Both sides are rounded to a multiple of this, where they are not given.'),
  }),
]);

const perChannel = z.union([z.number(), z.array(z.number()).min(1).max(4)]);

const positive = z.number().positive();

export const preprocessSchema = z.union([
  z.enum(presetNames),
  z.strictObject({
    preset: z.enum(presetNames).optional().describe('Where the keys that are left out come from; `none` by default.'),
    resize: resizeSchema.optional().describe(
      'A number: the shorter side in pixels. Left out where the picture already has the size of the input.',
    ),
    crop: z.union([pixels, sizeSchema]).optional().describe(
      'The part about the centre that is used. Left out where the picture already has the size of the input.',
    ),
    letterbox: z.strictObject({
      size: z.union([pixels, sizeSchema]).optional().describe('Size of the result in pixels; by default the input\'s.'),
      pad: z.number().min(0).max(255).optional().describe('Pixel value of the border; 114 by default.'),
      anchor: z.enum(['top-left', 'center']).optional().describe('Where the picture goes; `center` by default.'),
    }).optional().describe('Fits the whole picture into the input and fills the rest, as object detectors want it.'),
    filter: z.enum(['bilinear', 'linear', 'bicubic', 'lanczos', 'box', 'nearest']).optional().describe(
      'How pixels are weighed in resizing: as Pillow does, `bilinear` by default; `linear` as OpenCV does.',
    ),
    layout: z.enum(['NCHW', 'NHWC']).optional().describe('Order of the axes; by default seen from the input\'s shape.'),
    channels: z.enum(['RGB', 'BGR', 'GRAY', 'RGBA']).optional().describe('Which channels, in which order.'),
    scale: positive.optional().describe('Pixels (0 to 255) are multiplied by it.'),
    mean: perChannel.optional().describe(
      'Subtracted after scaling: one number, or one a channel in the order of `channels`.',
    ),
    std: z.union([positive, z.array(positive).min(1).max(4)]).optional().describe(
      'Divided by last: one number, or one a channel in the order of `channels`.',
    ),
  }),
]);

export type PreprocessSpec = z.output<typeof preprocessSchema>;
export type PreprocessOptions = Exclude<PreprocessSpec, string>;
export type Filter = NonNullable<PreprocessOptions['filter']>;
export type ResizeSpec = z.output<typeof resizeSchema>;
