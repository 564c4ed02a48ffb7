/** Which output of a model a metric looks at, and how its numbers are read. */

import { LatheError } from '../../errors.ts';
import { elementCount, isFloatType } from '../../tensor/dtype.ts';
import { describeType, tensorValueFloats, type TensorValue } from '../../tensor/tensor-value.ts';
import { didYouMean } from '../../util/nearest.ts';
import type { Outputs } from './metric.ts';

export interface OutputChoice {
  /** The one that the user named. */
  readonly output?: string | undefined;
  /** Outputs that are state, not results (see `carry`). */
  readonly carried?: readonly string[] | undefined;
}

/** `true` for a tensor that has one axis longer than 1 at most: one score for each class. */
export function isScoreVector({ dims }: Pick<TensorValue, 'dims'>): boolean {
  return dims.filter((dim) => dim !== 1).length <= 1;
}

/**
 * The named output; else the first floating-point one that `prefer` likes, the first floating-point one, the first.
 *
 * @throws LatheError `DATA` when there is no such output
 */
export function chooseOutput(
  outputs: Outputs,
  { output, carried = [] }: OutputChoice,
  prefer: (value: TensorValue) => boolean = () => true,
): TensorValue {
  return outputs[chooseOutputName(outputs, { output, carried }, prefer)]!;
}

export function chooseOutputName(
  outputs: Outputs,
  { output, carried = [] }: OutputChoice,
  prefer: (value: TensorValue) => boolean,
): string {
  const names = Object.keys(outputs);
  if (output !== undefined) {
    if (Object.hasOwn(outputs, output)) return output;
    throw new LatheError('DATA', `The model has no output "${output}".${didYouMean(output, names)}`, {
      fix: `Its outputs are ${names.join(', ')}.`,
    });
  }
  const results = names.filter((name) => !carried.includes(name));
  const floats = results.filter((name) => isFloatType(outputs[name]!.dtype));
  const chosen = floats.find((name) => prefer(outputs[name]!)) ?? floats[0] ?? results[0] ?? names[0];
  if (chosen === undefined) throw new LatheError('DATA', 'The model has no outputs to measure.');
  return chosen;
}

/** The output that was chosen from `outputs`, and the same one of the reference. */
export function outputPair(
  outputs: Outputs,
  reference: Outputs,
  choice: OutputChoice,
  prefer: (value: TensorValue) => boolean = () => true,
): readonly [value: TensorValue, reference: TensorValue] {
  const name = chooseOutputName(outputs, choice, prefer);
  const value = outputs[name]!;
  const other = reference[name];
  if (!other) {
    throw new LatheError('DATA', `The reference has no output "${name}".`, {
      detail: `it has ${Object.keys(reference).join(', ')}`, fix: 'Name an output that both have with "output:".',
    });
  }
  if (elementCount(value.dims) !== elementCount(other.dims)) {
    const shapes = `${describeType(value.dtype, value.dims)} and ${describeType(other.dtype, other.dims)}`;
    throw new LatheError('DATA', `The output "${name}" differs in shape from the original's: ${shapes}.`);
  }
  return [value, other];
}

/** Index of the largest number; of several the first. */
export function argMax(values: ArrayLike<number>, start = 0, length = values.length, step = 1): number {
  let best = 0;
  let bestValue = values[start]!;
  for (let i = 1; i < length; i++) {
    const value = values[start + i * step]!;
    if (value > bestValue) {
      bestValue = value;
      best = i;
    }
  }
  return best;
}

/** Scores in several places of an output: score c of place p is at `p * place + c * step` of a block. */
export interface ScoreGrid {
  readonly values: Float32Array;
  readonly classes: number;
  readonly places: number;
  /** Where the scores of a place start, and how far apart they are. */
  readonly startOf: (place: number) => number;
  readonly step: number;
}

/**
 * One vector of scores; or, of an output with several long axes, a vector for each place: along axis 1 of [1, classes,
 * height, width], along the last axis otherwise.
 */
export function scoreGrid(value: TensorValue): ScoreGrid {
  const values = tensorValueFloats(value);
  const { dims } = value;
  if (isScoreVector(value)) return { values, classes: values.length, places: 1, startOf: () => 0, step: 1 };
  const axis = dims.length === 4 && dims[1] !== 1 ? 1 : dims.length === 4 ? -1 : dims.length - 1;
  // One map of scores for yes or no.
  if (axis < 0) return { values, classes: 1, places: values.length, startOf: (place) => place, step: 1 };
  const classes = dims[axis]!;
  const step = elementCount(dims.slice(axis + 1));
  return {
    values,
    classes,
    places: values.length / classes,
    startOf: (place) => Math.floor(place / step) * step * classes + (place % step),
    step,
  };
}
