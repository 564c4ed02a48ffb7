/** Text that a model reads: exact lines and character error rate, with the decoder of CTC models. */

import { LatheError } from '../../errors.ts';
import { describeType, tensorValueFloats } from '../../tensor/tensor-value.ts';
import type { Sample } from '../dataset.ts';
import type { Outputs } from './metric.ts';
import { argMax, chooseOutput, type OutputChoice } from './outputs.ts';
import type { RatioDefinition } from './ratio-metric.ts';

export interface CtcDecoder {
  /** Characters in the order of the scores, without the blank. */
  readonly dictionary: readonly string[];
  readonly blank: number;
  /** A space follows the dictionary; undefined: where the scores have room for one more. */
  readonly space: boolean | undefined;
}

export interface TextOptions extends OutputChoice {
  /** Absent for models whose output is text. */
  readonly ctc?: CtcDecoder | undefined;
}

/** Best path decoding (Graves et al. 2006): the best class of each step, repeats merged, blanks dropped. */
export function decodeCtc(scores: Float32Array, steps: number, classes: number, decoder: CtcDecoder): string {
  const { dictionary, blank } = decoder;
  const space = decoder.space ?? classes === dictionary.length + 2;
  let text = '';
  let before = blank;
  for (let step = 0; step < steps; step++) {
    const best = argMax(scores, step * classes, classes);
    if (best !== blank && best !== before) {
      const index = best > blank ? best - 1 : best;
      text += dictionary[index] ?? (space && index === dictionary.length ? ' ' : '');
    }
    before = best;
  }
  return text;
}

function readText(outputs: Outputs, { ctc, ...choice }: TextOptions): string {
  const output = chooseOutput(outputs, choice, ({ dims }) => dims.length === 3);
  const { data, dims } = output;
  if (typeof data[0] === 'string') return data[0];
  const [first = 0, second = 0, classes = 0] = dims;
  if (!ctc || dims.length !== 3 || (first !== 1 && second !== 1)) {
    throw new LatheError('DATA', `No text can be read from ${describeType(output.dtype, dims)}.`, {
      fix: 'Give "decoder: { type: ctc, dictionary: … }" for a model with scores of characters, or name its "output:".',
    });
  }
  return decodeCtc(tensorValueFloats(output), first * second, classes, ctc);
}

function textOf(sample: Sample): string {
  if (typeof sample.label === 'string') return sample.label;
  throw new LatheError('DATA', `"${sample.id}" has no text as its label.`, {
    fix: 'Give labels with "text", or say "labelType: text".',
  });
}

/** The share of samples whose text is right to the last character. */
export function exactText(options: TextOptions): RatioDefinition {
  return {
    name: 'exact',
    higherIsBetter: true,
    unit: 'fraction',
    needs: 'labels',
    measure: (sample, outputs) => [readText(outputs, options) === textOf(sample) ? 1 : 0, 1],
  };
}

/** Characters to insert, delete or replace over characters in the labels, over all samples. */
export function characterErrorRate(options: TextOptions): RatioDefinition {
  return {
    name: 'cer',
    higherIsBetter: false,
    unit: 'fraction',
    needs: 'labels',
    measure(sample, outputs) {
      // Code points, as everyone counts characters of this rate.
      const wanted = Array.from(textOf(sample));
      return [levenshtein(Array.from(readText(outputs, options)), wanted), wanted.length];
    },
  };
}

/** Edit distance of two sequences (Levenshtein 1966). */
export function levenshtein(a: readonly string[], b: readonly string[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (const [i, item] of a.entries()) {
    const next = [i + 1];
    for (const [j, other] of b.entries()) {
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (item === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
