/** `random:` made-up inputs, for models without data: good for timing and for finding what breaks, not for accuracy. */

import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { elementCount, integerRange, isFloatType, isIntegerType } from '../../tensor/dtype.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import { Random } from '../../util/random.ts';
import type { ModelInput } from '../dataset.ts';
import type { Entry, SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import type { OpenOptions } from './open-options.ts';

interface RandomEntry extends Entry {
  readonly number: number;
}

const defaultSamples = 32;

/** Lengths of axes that the model leaves open. */
const openPictureSide = 224;
const openLength = 16;

/** Ids below this exist in nearly every vocabulary. */
const smallVocabulary = 100;

export function openRandom(
  source: DataSource,
  inputs: readonly ModelInput[],
  { seed }: OpenOptions,
): SampleSource<RandomEntry> {
  const option = source.random;
  const details = typeof option === 'object' ? option : {};
  const samples = typeof option === 'number' ? option : details.samples ?? defaultSamples;
  const open = inputs.flatMap(({ name, shape }) => {
    const dims = (shape ?? [null]).flatMap((dim, axis) => {
      const known = typeof dim === 'number' || axis === 0 || details.dims?.[String(dim)] !== undefined;
      return known ? [] : [dim ?? `axis ${axis}`];
    });
    return dims.length > 0 ? [`${dims.join(', ')} of "${name}"`] : [];
  });
  return {
    description: `${samples} samples of random numbers (synthetic)`,
    synthetic: true,
    notes: [
      'The data are random numbers: figures made from them say nothing about accuracy on real data.',
      ...(open.length > 0 ? [`The model leaves lengths open, so they are guessed: ${open.join('; ')}.`] : []),
    ],
    entries: Array.from({ length: samples }, (_, number) => ({ id: `random-${number}`, number })),
    async read({ number }) {
      const feeds = inputs.map((input, i): [string, TensorValue] => {
        const dims = randomDims(input, details.dims ?? {});
        return [input.name, randomValue(input, dims, new Random(seed, number, i))];
      });
      return { feeds: Object.fromEntries(feeds) };
    },
  };
}

/** The first axis is the batch unless its length is fixed; a model's past (key-value caches) starts empty. */
export function randomDims(input: ModelInput, given: Readonly<Record<string, number>>): number[] {
  const shape = input.shape ?? [null];
  return shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    const known = dim === null ? undefined : given[dim];
    if (known !== undefined) return known;
    if (axis === 0) return 1;
    if (isPast(input)) return 0;
    if (shape.length === 4 && isFloatOrByte(input)) {
      const channelAxis = typeof shape[3] === 'number' && typeof shape[1] !== 'number' ? 3 : 1;
      return axis === channelAxis ? 3 : openPictureSide;
    }
    return openLength;
  });
}

function isFloatOrByte({ dtype }: ModelInput): boolean {
  return isFloatType(dtype) || dtype === 'uint8';
}

/** Inputs that hold what the model remembers of earlier tokens. */
export function isPast({ name, dtype }: ModelInput): boolean {
  return isFloatType(dtype) && /past|cache/i.test(name);
}

function randomValue(input: ModelInput, dims: readonly number[], random: Random): TensorValue {
  const { name, dtype } = input;
  const count = elementCount(dims);
  if (dtype === 'string') return { dtype, dims, data: new Array<string>(count).fill('text') };
  const numbers = new Float64Array(count);
  const last = dims.at(-1) ?? 1;
  if (isFloatType(dtype)) for (let i = 0; i < count; i++) numbers[i] = random.normal();
  else if (/mask/i.test(name)) numbers.fill(1);
  else if (/position/i.test(name)) for (let i = 0; i < count; i++) numbers[i] = i % last;
  else if (!/token_type|segment/i.test(name)) {
    const range = isIntegerType(dtype) ? integerRange(dtype).max + 1 : 2;
    const bound = dtype === 'uint8' ? 256 : Math.min(range, input.vocabularySize ?? smallVocabulary);
    for (let i = 0; i < count; i++) numbers[i] = random.below(bound);
  }
  return { dtype, dims, data: nativeView(dtype, fromNumbers(dtype, numbers), count) };
}
