/** Data sets: samples that are read one by one when they are asked for, with what is known about each. */

import type { DataType } from '../tensor/dtype.ts';
import type { Feeds, TensorValue } from '../tensor/tensor-value.ts';
import type { Dim } from '../model/types.ts';

/** An input of the model that the data are for. */
export interface ModelInput {
  readonly name: string;
  readonly dtype: DataType;
  /** Absent: even the rank is unknown. */
  readonly shape: readonly Dim[] | undefined;
  /** For token ids, where known: ids are below it. Random data use it. */
  readonly vocabularySize?: number;
}

/** An object in a picture, in pixels of the picture as it is in its file. */
export interface Box {
  readonly classIndex: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** A box around many objects (COCO's `iscrowd`): detections in it are neither right nor wrong. */
  readonly crowd?: boolean;
}

/** A class index, a text, the token ids that a language model should predict, or the boxes in a picture. */
export type Label = number | string | readonly number[] | readonly Box[];

/** Where a picture's pixels went: x in the model's input is `x * scaleX + offsetX`; the same for y. */
export interface Geometry {
  /** Size of the picture in its file, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Size that the model was given, in pixels. */
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

export interface Sample {
  /** Unique in the data set: a path relative to its folder, or an index. */
  readonly id: string;
  /** Every input of the model, with a batch axis of 1 where the model has one. */
  readonly feeds: Feeds;
  readonly label?: Label;
  /** Samples with the same group run in order, and the model's state goes from each to the next (see `carry`). */
  readonly group?: string;
  /** Outputs that came with the data, by name. */
  readonly reference?: Readonly<Record<string, TensorValue>>;
  readonly geometry?: Geometry;
}

/** Random changes of training pictures; mixup takes two samples, so that whoever puts batches together does it. */
export const augmentations = ['flip', 'crop', 'cutout', 'mixup'] as const;

export type AugmentationName = (typeof augmentations)[number];

export interface ReadOptions {
  /** Pass of a training run: picks the random changes of `augment`. Without it samples come unchanged. */
  readonly epoch?: number;
}

export interface SamplesOptions extends ReadOptions {
  readonly start?: number;
  /** Exclusive. */
  readonly end?: number;
  readonly signal?: AbortSignal;
}

export interface Dataset {
  /** For reports: `500 pictures of "photos", preprocess imagenet`. */
  readonly description: string;
  /** Where the data are: samples of two data sets with the same origin and id are the same sample. */
  readonly origin: string;
  /** Made up, not measured: figures from it must say so. */
  readonly synthetic: boolean;
  readonly size: number;
  /** Every sample has a label. */
  readonly labelled: boolean;
  /** By class index, where known. */
  readonly classNames?: readonly string[];
  /** What was assumed or left out, in sentences for the user. */
  readonly notes: readonly string[];
  /** Random changes that reading for an epoch makes; samples come unchanged where there are none. */
  readonly augment?: readonly AugmentationName[];
  /** Recurrent state: by input, the output whose value of the sample before is fed to it (see `CarriedState`). */
  readonly carry?: Readonly<Record<string, string>>;
  /** Cheap: nothing is read or decoded. */
  id(index: number): string;
  /** Cheap: nothing is read or decoded. */
  label(index: number): Label | undefined;
  at(index: number, options?: ReadOptions): Promise<Sample>;
  /** In order; the next few are read while the caller works on one. */
  samples(options?: SamplesOptions): AsyncIterable<Sample>;
  /** The samples at `indices`, in that order. */
  subset(indices: readonly number[]): Dataset;
}

export function isBoxes(label: Label | undefined): label is readonly Box[] {
  return typeof label === 'object' && label.every((item: number | Box) => typeof item === 'object');
}

export function isTokens(label: Label | undefined): label is readonly number[] {
  return typeof label === 'object' && label.every((item: number | Box) => typeof item === 'number');
}
