/** `text:` texts or token ids, for language models and text classifiers. */

import { basename } from 'node:path';
import { LatheError } from '../../errors.ts';
import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { isIntegerType } from '../../tensor/dtype.ts';
import type { TensorValue } from '../../tensor/tensor-value.ts';
import type { Label, ModelInput } from '../dataset.ts';
import type { Entry, SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import { readClassNames } from './class-names.ts';
import { interpretLabels, type Labelling } from './labels.ts';
import type { OpenOptions } from './open-options.ts';
import { dataPath } from './paths.ts';
import { isPast, randomDims } from './random.ts';
import type { RawLabel } from './raw-labels.ts';
import { readTextRecords, type TextRecord } from './text-records.ts';
import { readTokenizer, type Encoded, type Tokenizer } from './tokenizer.ts';

interface TextEntry extends Entry {
  readonly encoded: Encoded;
}

/** @throws LatheError `FILE` or `DATA` */
export async function openText(
  source: DataSource & { readonly text: string },
  inputs: readonly ModelInput[],
  { baseDir }: OpenOptions,
): Promise<SampleSource<TextEntry>> {
  const ids = tokenInput(inputs);
  const path = dataPath(baseDir, source.text);
  const records = await readTextRecords(path, source.list);
  const tokenizer = source.tokenizer === undefined
    ? undefined
    : await readTokenizer(dataPath(baseDir, source.tokenizer));
  const notes: string[] = [];
  const dim = ids.shape?.at(-1);
  const fixed = typeof dim === 'number' ? dim : undefined;
  const length = Math.min(source.length ?? Infinity, fixed ?? Infinity);
  let cut = 0;
  const encoded = records.map((record) => {
    const [tokens, full] = encode(record, tokenizer, length, path);
    if (full > length) cut += 1;
    return tokens;
  });
  if (encoded.length === 0) throw new LatheError('DATA', `"${path}" has no texts.`);
  if (cut > 0) notes.push(`${cut} of ${encoded.length} texts are longer than ${length} tokens and cut off.`);
  const labelling = await labelsOf(records, source, baseDir);
  return {
    description: `${encoded.length} texts of "${basename(path)}"`,
    notes: [...notes, ...(labelling?.notes ?? [])],
    ...(labelling?.classNames && { classNames: labelling.classNames }),
    entries: encoded.map((tokens, i) => {
      // Without another label a sequence is its own: a language model predicts each token from those before it.
      const label: Label = labelling?.labels.get(String(i)) ?? tokens.ids;
      return { id: String(i), label, encoded: tokens };
    }),
    async read({ encoded: tokens }) {
      return { feeds: textFeeds(tokens, inputs, ids, fixed, tokenizer?.padId ?? 0) };
    },
  };
}

/** The input of token ids: by its usual names, else the first of integers. */
function tokenInput(inputs: readonly ModelInput[]): ModelInput {
  const integers = inputs.filter(({ dtype }) => isIntegerType(dtype));
  const found = integers.find(({ name }) => /input_?ids|tokens/i.test(name)) ?? integers[0];
  if (found) return found;
  throw new LatheError('DATA', 'The model takes no token ids.', {
    fix: `Its inputs are ${inputs.map(({ name, dtype }) => `"${name}" (${dtype})`).join(', ')}.`,
  });
}

/** The tokens, and how many there were before they were cut off. */
function encode(
  record: TextRecord,
  tokenizer: Tokenizer | undefined,
  length: number,
  path: string,
): [tokens: Encoded, full: number] {
  const most = Number.isFinite(length) ? length : undefined;
  if (record.text !== undefined && tokenizer) {
    const all = tokenizer.encode(record.text, record.pair).ids.length;
    return [tokenizer.encode(record.text, record.pair, most), all];
  }
  if (record.tokens) {
    const ids = record.tokens.slice(0, most);
    return [{ ids, typeIds: ids.map(() => 0) }, record.tokens.length];
  }
  throw new LatheError('DATA', `The texts of "${path}" need a tokenizer.`, {
    fix: 'Add "tokenizer:" with the tokenizer.json of the model, or give token ids in "tokens".',
  });
}

async function labelsOf(
  records: readonly TextRecord[],
  source: DataSource,
  baseDir: string,
): Promise<Labelling | undefined> {
  if (!records.every(({ label }) => label !== undefined)) return undefined;
  const raw = new Map(records.map(({ label }, i): [string, RawLabel] =>
    [String(i), typeof label === 'number' ? { kind: 'index', index: label } : { kind: 'word', word: label! }]));
  const classes = source.classes === undefined ? undefined : await readClassNames(dataPath(baseDir, source.classes));
  return interpretLabels(raw, { labelType: source.labelType, classes });
}

/** Token ids, and the inputs that go with them: mask, segments, positions, an empty past. */
function textFeeds(
  { ids, typeIds }: Encoded,
  inputs: readonly ModelInput[],
  idInput: ModelInput,
  fixed: number | undefined,
  padId: number,
): Record<string, TensorValue> {
  const length = fixed ?? ids.length;
  const row = (dtype: ModelInput['dtype'], value: (i: number) => number): TensorValue => {
    const numbers = Float64Array.from({ length }, (_, i) => value(i));
    return { dtype, dims: [1, length], data: nativeView(dtype, fromNumbers(dtype, numbers), length) };
  };
  const feeds: Record<string, TensorValue> = {};
  for (const input of inputs) {
    const { name, dtype } = input;
    if (input === idInput) feeds[name] = row(dtype, (i) => ids[i] ?? padId);
    else if (/mask/i.test(name)) feeds[name] = row(dtype, (i) => (i < ids.length ? 1 : 0));
    else if (/token_type|segment/i.test(name)) feeds[name] = row(dtype, (i) => typeIds[i] ?? 0);
    else if (/position/i.test(name)) feeds[name] = row(dtype, (i) => i);
    else if (isPast(input)) {
      const dims = randomDims(input, {});
      feeds[name] = { dtype, dims, data: nativeView(dtype, new Uint8Array(0), 0) };
    }
  }
  return feeds;
}
