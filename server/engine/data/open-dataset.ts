/** Opens a data source: the one door to every kind of data. */

import { LatheError, throwIfCancelled } from '../errors.ts';
import { nativeArrayOf, type TensorValue } from '../tensor/tensor-value.ts';
import { elementCount } from '../tensor/dtype.ts';
import { Random } from '../util/random.ts';
import { didYouMean } from '../util/nearest.ts';
import type { Dataset, ModelInput, ReadOptions } from './dataset.ts';
import { SampleList, type Entry, type SampleSource } from './sample-list.ts';
import { kindOf, type DataSource } from './source-schema.ts';
import { openArrays } from './sources/arrays.ts';
import { openAudio } from './sources/audio.ts';
import { openImages } from './sources/images.ts';
import { constantFor } from './sources/nested-array.ts';
import type { OpenOptions } from './sources/open-options.ts';
import { dataPath } from './sources/paths.ts';
import { openRandom } from './sources/random.ts';
import { openTestData } from './sources/test-data.ts';
import { openText } from './sources/text.ts';

/**
 * @param inputs those that must be fed, in the order of the model
 * @throws LatheError `FILE`, `DATA` or `MODEL_FORMAT`, with the file and what to do
 */
export async function openDataset(
  source: DataSource,
  inputs: readonly ModelInput[],
  options: OpenOptions,
): Promise<Dataset> {
  const { constants = {}, carry = {} } = source;
  const fixed: Record<string, TensorValue> = {};
  for (const [name, value] of Object.entries(constants)) {
    fixed[name] = constantFor(inputNamed(inputs, name, 'constants'), value);
  }
  for (const name of Object.keys(carry)) fixed[name] = zeroState(inputNamed(inputs, name, 'carry'));
  const varying = inputs.filter(({ name }) => !Object.hasOwn(fixed, name));
  throwIfCancelled(options.signal);
  const opened = await openKind(source, varying, options);
  const chosen = choose(opened.entries, source, options.seed);
  if (chosen.length === 0) {
    throw new LatheError('DATA', `"skip" leaves none of the ${opened.entries.length} samples.`, { fix: 'Skip fewer.' });
  }
  const dataset = new SampleList({
    ...opened,
    origin: originOf(source, options),
    description: describe(opened.description, chosen.length, opened.entries.length),
    entries: chosen,
    ...(Object.keys(carry).length > 0 && { carry }),
    async read(entry: Entry, readOptions: ReadOptions) {
      const read = await opened.read(entry, readOptions);
      const feeds = { ...read.feeds, ...fixed };
      const missing = inputs.find(({ name }) => !Object.hasOwn(feeds, name));
      if (missing) throw notFed(missing, inputs);
      return { ...read, feeds };
    },
  });
  // Reads one sample, so that what does not fit is told at once, at the place where data are named.
  await dataset.at(0);
  return dataset;
}

function originOf(source: DataSource, { baseDir, seed }: OpenOptions): string {
  const kind = kindOf(source);
  const place = source[kind];
  if (kind === 'random') return `random ${seed}`;
  return typeof place === 'string' ? dataPath(baseDir, place) : JSON.stringify(place);
}

function openKind(source: DataSource, inputs: readonly ModelInput[], options: OpenOptions): Promise<SampleSource> {
  const checked = source as DataSource & Record<'images' | 'onnx-test-data' | 'text' | 'audio', string>;
  // Each source reads entries of its own kind only, which are the ones it made.
  const open = async (): Promise<unknown> => {
    switch (kindOf(source)) {
      case 'images': return openImages(checked, inputs, options);
      case 'npz':
      case 'npy': return openArrays(source, inputs, options);
      case 'onnx-test-data': return openTestData(checked, inputs, options);
      case 'text': return openText(checked, inputs, options);
      case 'audio': return openAudio(checked, inputs, options);
      case 'random': return openRandom(source, inputs, options);
    }
  };
  return open() as Promise<SampleSource>;
}

function inputNamed(inputs: readonly ModelInput[], name: string, key: string): ModelInput {
  const input = inputs.find((one) => one.name === name);
  if (input) return input;
  const names = inputs.map((one) => one.name);
  throw new LatheError('DATA', `"${key}" names "${name}", which is no input of the model.${didYouMean(name, names)}`, {
    fix: `The inputs are ${names.join(', ')}.`,
  });
}

/** The state before the first sample: zeros, with open axes of length 1. */
function zeroState(input: ModelInput): TensorValue {
  const dims = (input.shape ?? []).map((dim) => (typeof dim === 'number' ? dim : 1));
  const make = nativeArrayOf(input.dtype);
  if (!make) throw new LatheError('DATA', `The state "${input.name}" is not made of numbers.`);
  return { dtype: input.dtype, dims, data: new make(elementCount(dims)) };
}

function notFed(input: ModelInput, inputs: readonly ModelInput[]): LatheError {
  return new LatheError('DATA', `The data have nothing for the input "${input.name}".`, {
    detail: `inputs: ${inputs.map(({ name }) => name).join(', ')}`,
    fix: 'Give its value under "constants:", or its source under "carry:" if it is the model\'s state.',
  });
}

/** Shuffles, skips and limits, in this order. */
function choose<E extends Entry>(entries: readonly E[], source: DataSource, seed: number): readonly E[] {
  const { shuffle, skip = 0, limit = Infinity } = source;
  const ordered = shuffle === true ? new Random(seed).shuffle([...entries]) : entries;
  const rest = ordered.slice(skip);
  if (rest.length <= limit) return rest;
  // Folders of classes follow each other, so that the first few would all be of one class.
  const spread = shuffle === undefined && rest.every(({ label }) => typeof label === 'number');
  if (!spread) return rest.slice(0, limit);
  return Array.from({ length: limit }, (_, i) => rest[Math.floor((i * rest.length) / limit)]!);
}

function describe(description: string, chosen: number, all: number): string {
  return chosen === all ? description : `${chosen} of ${description}`;
}
