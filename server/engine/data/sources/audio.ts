/** `audio:` WAV files, whole or in frames that follow each other. */

import { basename } from 'node:path';
import { LatheError } from '../../errors.ts';
import { fromNumbers, nativeView } from '../../tensor/codec.ts';
import { isFloatType } from '../../tensor/dtype.ts';
import type { ModelInput } from '../dataset.ts';
import type { Entry, SampleSource } from '../sample-list.ts';
import type { DataSource } from '../source-schema.ts';
import { labelledFiles, type FileEntry } from './labelled-files.ts';
import type { OpenOptions } from './open-options.ts';
import { dataPath, kindOfPath, readDataFile } from './paths.ts';
import { parseWav, type Sound } from './wav.ts';

interface FrameEntry extends Entry {
  readonly path: string;
  /** First audio sample, in the file. */
  readonly start: number;
  /** Audio samples, without the context before them. */
  readonly length: number;
}

/** @throws LatheError `FILE` or `DATA` */
export async function openAudio(
  source: DataSource & { readonly audio: string },
  inputs: readonly ModelInput[],
  options: OpenOptions,
): Promise<SampleSource<FrameEntry>> {
  const input = soundInput(inputs, source.input);
  const { frame, hop = frame, context = 0, sampleRate } = source;
  const path = dataPath(options.baseDir, source.audio);
  const one: readonly FileEntry[] = [{ id: basename(path), path }];
  const files = await kindOfPath(path, 'The sound') === 'file'
    ? { entries: one, notes: [], name: basename(path) }
    : await labelledFiles(source.audio, ['.wav'], 'sounds', source, options);
  // Frames of a file are read one after the other, so the last file is kept.
  let last: { path: string; sound: Promise<Sound> } | undefined;
  const soundOf = (file: string): Promise<Sound> => {
    if (last?.path !== file) last = { path: file, sound: readSound(file, sampleRate) };
    return last.sound;
  };
  const entries: FrameEntry[] = [];
  for (const file of files.entries) {
    const { samples } = await soundOf(file.path);
    if (frame === undefined) entries.push({ ...file, start: 0, length: samples.length });
    else {
      for (let start = 0; start + frame <= samples.length; start += hop!) {
        entries.push({ ...file, id: `${file.id}@${start}`, group: file.id, start, length: frame });
      }
    }
  }
  if (entries.length === 0) throw new LatheError('DATA', `The sounds of "${path}" are shorter than a frame.`);
  const rank = input.shape?.length ?? 2;
  return {
    description: frame === undefined
      ? `${entries.length} sounds of "${files.name}"`
      : `${entries.length} frames of ${frame} samples of "${files.name}"`,
    notes: files.notes,
    ...('classNames' in files && { classNames: files.classNames }),
    entries,
    async read({ path: file, start, length }) {
      const { samples } = await soundOf(file);
      const fixed = input.shape?.at(-1);
      const total = frame === undefined && typeof fixed === 'number' ? fixed : context + length;
      const numbers = new Float32Array(total);
      const from = start - context;
      numbers.set(samples.subarray(Math.max(0, from), Math.min(start + length, from + total)), Math.max(0, -from));
      const data = nativeView(input.dtype, fromNumbers(input.dtype, numbers), total);
      const ones = new Array<number>(Math.max(0, rank - 1)).fill(1);
      return { feeds: { [input.name]: { dtype: input.dtype, dims: [...ones, total], data } } };
    },
  };
}

function soundInput(inputs: readonly ModelInput[], named: string | undefined): ModelInput {
  const input = inputs.find(({ name, dtype }) => (named === undefined ? isFloatType(dtype) : name === named));
  if (input) return input;
  const message = named === undefined ? 'The model takes no sound.' : `The model has no input "${named}".`;
  throw new LatheError('DATA', message, {
    fix: `Its inputs are ${inputs.map(({ name, dtype }) => `"${name}" (${dtype})`).join(', ')}.`,
  });
}

async function readSound(path: string, sampleRate: number | undefined): Promise<Sound> {
  const sound = parseWav(await readDataFile(path, 'The sound'), path);
  if (sampleRate === undefined || sound.sampleRate === sampleRate) return sound;
  throw new LatheError('DATA', `"${path}" has ${sound.sampleRate} samples a second, not ${sampleRate}.`, {
    fix: `Convert it to ${sampleRate} samples a second.`,
  });
}
