/** Batches of a training run: shuffled anew each epoch, of one size, read ahead while the caller computes. */

import { LatheError, throwIfCancelled } from '../../errors.ts';
import { elementCount } from '../../tensor/dtype.ts';
import { nativeArrayOf, type Feeds, type TensorValue } from '../../tensor/tensor-value.ts';
import type { Dataset, Sample } from '../dataset.ts';
import { epochOrder } from './epoch-order.ts';
import { mixUp, type Mix } from './mix-up.ts';

export interface Batch {
  /** Position within the epoch. */
  readonly index: number;
  readonly feeds: Feeds;
  /** Index of each row's sample in the data set. */
  readonly samples: readonly number[];
  /** Class of each row; absent unless every sample has one. */
  readonly classes?: Int32Array;
  /** How rows were blended; absent without mix-up. */
  readonly mix?: Mix;
}

export interface BatchOptions {
  /** Rows of every batch; what is left over at the end of an epoch is left out, other samples each epoch. */
  readonly batch: number;
  readonly seed: number;
  readonly epoch: number;
  /** The batch to begin with: a run that goes on where it stopped. */
  readonly start?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Batches being read while the caller works on one. */
const readAhead = 2;

/** How many batches an epoch has. */
export function batchesPerEpoch(size: number, batch: number): number {
  return Math.max(1, Math.floor(size / batch));
}

/**
 * The batches of one epoch. The same data set, seed, epoch and batch size give the same batches, wherever they begin.
 *
 * @throws LatheError `DATA` when samples differ in shape
 */
export async function* trainingBatches(dataset: Dataset, options: BatchOptions): AsyncGenerator<Batch> {
  const { batch, seed, epoch, start = 0, signal } = options;
  const order = epochOrder(dataset.size, seed, epoch);
  const count = batchesPerEpoch(order.length, batch);
  const reading: Promise<Batch>[] = [];
  for (let index = start, next = start; index < count; index++) {
    throwIfCancelled(signal);
    for (; next < Math.min(count, index + readAhead); next++) {
      const read = readBatch(dataset, options, next, Array.from({ length: batch }, (_, i) =>
        order[(next * batch + i) % order.length]!));
      // A failure is thrown when its turn comes; until then it must not count as unhandled.
      read.catch(() => undefined);
      reading.push(read);
    }
    yield await reading.shift()!;
  }
}

async function readBatch(
  dataset: Dataset,
  { epoch, seed }: BatchOptions,
  index: number,
  samples: readonly number[],
): Promise<Batch> {
  const read = await Promise.all(samples.map((sample) => dataset.at(sample, { epoch })));
  const feeds = joinSamples(read);
  const classes = classesOf(read);
  const batch = { index, feeds, samples, ...(classes && { classes }) };
  return dataset.augment?.includes('mixup') ? mixUp(batch, seed, epoch) : batch;
}

/** Class of each sample, or nothing where one has none. */
function classesOf(samples: readonly Sample[]): Int32Array | undefined {
  const classes = new Int32Array(samples.length);
  for (const [i, { label }] of samples.entries()) {
    if (typeof label !== 'number') return undefined;
    classes[i] = label;
  }
  return classes;
}

/**
 * One feed of all samples, put together along the first axis. Scalars and empty tensors are taken from the first.
 *
 * @throws LatheError `DATA` when shapes differ
 */
export function joinSamples(samples: readonly Pick<Sample, 'feeds' | 'id'>[]): Feeds {
  const first = samples[0]!;
  const joined: Record<string, TensorValue> = {};
  for (const [name, { dtype, dims }] of Object.entries(first.feeds)) {
    const make = nativeArrayOf(dtype);
    if (!make) throw new LatheError('DATA', `The input "${name}" is text, which cannot be trained on.`);
    const [rows = 0, ...rest] = dims;
    if (elementCount(dims) === 0 || dims.length === 0) {
      joined[name] = first.feeds[name]!;
      continue;
    }
    const length = elementCount(dims);
    const data = new make(length * samples.length) as Float32Array;
    for (const [i, { feeds, id }] of samples.entries()) {
      const value = feeds[name];
      if (value?.dims.join() !== dims.join()) {
        const shapes = `[${value?.dims.join(', ') ?? ''}] where the first one has [${dims.join(', ')}]`;
        throw new LatheError('DATA', `Samples differ in shape: "${id}" has ${shapes}, so they make no batch.`, {
          fix: 'Give "preprocess" a "resize" and a "crop", or text a "length".',
        });
      }
      data.set(value.data as Float32Array, i * length);
    }
    joined[name] = { dtype, dims: [rows * samples.length, ...rest], data };
  }
  return joined;
}
