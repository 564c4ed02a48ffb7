/** `npz:` and `npy:`: arrays whose first axis counts samples. */

import { basename } from 'node:path';
import { LatheError } from '../../errors.ts';
import { describeType, type TensorValue } from '../../tensor/tensor-value.ts';
import type { ModelInput } from '../dataset.ts';
import { normalizer } from '../preprocess/normalize.ts';
import type { Entry, SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import { arrayLabels } from './array-labels.ts';
import { readClassNames } from './class-names.ts';
import { convertValue, cutFor, lossyConversion, sampleOf } from './fit-array.ts';
import { parseNpy, parseNpz } from './npy.ts';
import type { OpenOptions } from './open-options.ts';
import { dataPath, readDataFile } from './paths.ts';

interface RowEntry extends Entry {
  readonly row: number;
}

const labelNames = ['labels', 'label', 'targets', 'target', 'y'];

/** NumPy's keyword arguments cannot have dots, colons or slashes, so these count as underscores. */
const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9]/g, '_').toLowerCase();

/** @throws LatheError `FILE` or `DATA` */
export async function openArrays(
  source: DataSource,
  inputs: readonly ModelInput[],
  options: OpenOptions,
): Promise<SampleSource<RowEntry>> {
  const { baseDir } = options;
  const { arrays, name } = await readArrays(source, inputs, baseDir);
  const labelArray = await labelsOf(source, arrays, inputs, baseDir);
  const notes: string[] = [];
  const matched = matchInputs(arrays, labelArray?.name, inputs, notes);
  const readers = matched.map(([input, array]) => {
    const cut = cutFor(array, input);
    const normalize = source.preprocess === undefined ? undefined : normalizer(source.preprocess, input);
    if (lossyConversion(array.dtype, input.dtype)) {
      notes.push(`"${input.name}" takes ${input.dtype}: the ${array.dtype} numbers of the array are rounded.`);
    }
    if (cut.channelsFirst) notes.push(`"${input.name}" wants channels first: the array is transposed.`);
    const read = (row: number): TensorValue => {
      const value = sampleOf(array, cut, row);
      return normalize ? normalize(value) : convertValue(value, input.dtype);
    };
    return { input, read, samples: Math.floor((array.dims[0] ?? 0) / cut.rows), rows: cut.rows };
  });
  const [first] = readers;
  if (!first) throw nothingMatches(arrays, inputs, name);
  const { samples } = first;
  const other = readers.find((reader) => reader.samples !== samples);
  if (other) {
    throw new LatheError(
      'DATA',
      `The arrays have ${samples} samples for "${first.input.name}" but ${other.samples} for "${other.input.name}".`,
      { fix: 'The first axis of all arrays must have the same length.' },
    );
  }
  if (samples === 0) throw new LatheError('DATA', `The arrays of "${name}" are empty.`);
  const classes = source.classes === undefined ? undefined : await readClassNames(dataPath(baseDir, source.classes));
  const labels = labelArray && first.rows === 1 ? arrayLabels(labelArray.value, samples, classes) : undefined;
  if (labelArray && first.rows > 1) {
    notes.push(`The model takes ${first.rows} samples at once, so the labels cannot be used.`);
  }
  return {
    description: `${samples} samples of "${name}"`,
    notes: [...notes, ...(labels?.notes ?? [])],
    ...(labels?.classNames && { classNames: labels.classNames }),
    entries: Array.from({ length: samples }, (_, row) => {
      const label = labels?.labels[row];
      return { id: String(row), row, ...(label !== undefined && { label }) };
    }),
    async read({ row }) {
      return { feeds: Object.fromEntries(readers.map(({ input, read }) => [input.name, read(row)])) };
    },
  };
}

type Arrays = ReadonlyMap<string, TensorValue>;

async function readArrays(
  source: DataSource,
  inputs: readonly ModelInput[],
  baseDir: string,
): Promise<{ arrays: Arrays; name: string }> {
  if (source.npz !== undefined) {
    const path = dataPath(baseDir, source.npz);
    return { arrays: parseNpz(await readDataFile(path, 'The .npz file'), path), name: basename(path) };
  }
  const npy = source.npy!;
  const files = typeof npy === 'string' ? { [source.input ?? inputs[0]?.name ?? '']: npy } : npy;
  const arrays = new Map<string, TensorValue>();
  for (const [name, file] of Object.entries(files)) {
    const path = dataPath(baseDir, file);
    arrays.set(name, parseNpy(await readDataFile(path, 'The .npy file'), path));
  }
  return { arrays, name: Object.values(files).map((file) => basename(file)).join(', ') };
}

async function labelsOf(
  source: DataSource,
  arrays: Arrays,
  inputs: readonly ModelInput[],
  baseDir: string,
): Promise<{ name: string; value: TensorValue } | undefined> {
  const { labels } = source;
  if (labels !== undefined) {
    const inside = arrays.get(labels);
    if (inside) return { name: labels, value: inside };
    if (!labels.endsWith('.npy')) {
      throw new LatheError('DATA', `There is no array "${labels}" to take labels from.`, {
        fix: `Arrays there: ${[...arrays.keys()].join(', ')}. Or name a .npy file.`,
      });
    }
    const path = dataPath(baseDir, labels);
    return { name: labels, value: parseNpy(await readDataFile(path, 'The file of labels'), path) };
  }
  const name = labelNames.find((one) => arrays.has(one) && !inputs.some((input) => input.name === one));
  return name === undefined ? undefined : { name, value: arrays.get(name)! };
}

/** By name; the only input takes the only array whatever its name. */
function matchInputs(
  arrays: Arrays,
  labels: string | undefined,
  inputs: readonly ModelInput[],
  notes: string[],
): [ModelInput, TensorValue][] {
  const rest = new Map([...arrays].filter(([name]) => name !== labels));
  const matched: [ModelInput, TensorValue][] = [];
  for (const input of inputs) {
    const names = [...rest.keys()];
    const name = names.find((one) => one === input.name)
      ?? names.find((one) => plainName(one) === plainName(input.name));
    if (name === undefined) continue;
    matched.push([input, rest.get(name)!]);
    rest.delete(name);
  }
  const [only] = inputs;
  const [last] = rest;
  if (matched.length === 0 && inputs.length === 1 && only && rest.size === 1 && last) {
    if (last[0] !== only.name) notes.push(`The array "${last[0]}" is fed to the input "${only.name}".`);
    return [[only, last[1]]];
  }
  if (rest.size > 0) notes.push(`Arrays that are no inputs of the model are not used: ${[...rest.keys()].join(', ')}.`);
  return matched;
}

function nothingMatches(arrays: Arrays, inputs: readonly ModelInput[], name: string): LatheError {
  const wanted = inputs.map((input) => `"${input.name}" ${describeType(input.dtype, input.shape)}`).join(', ');
  return new LatheError('DATA', `No array of "${name}" is named like an input of the model.`, {
    fix: `Its arrays are ${[...arrays.keys()].join(', ')}; the model wants ${wanted}. Rename the arrays.`,
  });
}
