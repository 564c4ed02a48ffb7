/** Labels that come as an array beside the inputs. */

import { LatheError } from '../../errors.ts';
import { isFloatType } from '../../tensor/dtype.ts';
import { tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import type { Label } from '../dataset.ts';
import type { ClassNames } from './class-names.ts';
import { interpretLabels, type Labelling } from './labels.ts';
import type { RawLabel } from './raw-labels.ts';

/**
 * [samples] class indices or words; [samples, classes] of a floating-point type: the class with the highest number;
 * [samples, length] integers: token ids.
 *
 * @param samples how many there are
 * @throws LatheError `DATA` when the array has another length
 */
export function arrayLabels(
  array: TensorValue,
  samples: number,
  classes: ClassNames | undefined,
): Pick<Labelling, 'classNames' | 'notes'> & { readonly labels: readonly Label[] } {
  const [length, ...rest] = array.dims;
  if (length !== samples) {
    throw new LatheError('DATA', `There are ${length ?? 1} labels for ${samples} samples.`, {
      fix: 'The first axis of "labels" must be as long as that of the inputs.',
    });
  }
  const width = rest.reduce((product, dim) => product * dim, 1);
  if (array.dtype === 'string') {
    const words = array.data as readonly string[];
    const raw = new Map(words.map((word, i): [string, RawLabel] => [String(i), { kind: 'word', word }]));
    const { labels, ...known } = interpretLabels(raw, { classes });
    return { ...known, labels: [...labels.values()] };
  }
  const numbers = array.data instanceof BigInt64Array || array.data instanceof BigUint64Array
    ? Array.from(array.data as ArrayLike<bigint>, Number)
    : tensorValueFloats(array);
  const names = classes && { classNames: classes.names };
  if (width === 1) return { labels: Array.from(numbers), notes: [], ...names };
  const rows = Array.from({ length: samples }, (_, i) => Array.from(numbers.slice(i * width, (i + 1) * width)));
  if (!isFloatType(array.dtype)) return { labels: rows, notes: [], ...names };
  return {
    labels: rows.map((row) => row.indexOf(Math.max(...row))),
    notes: ['Labels are rows of numbers: the class with the highest number is taken.'],
    ...names,
  };
}
