/** Right or wrong: top-k accuracy against labels, agreement with the original, decisions at a threshold. */

import { LatheError } from '../../errors.ts';
import { isFloatType } from '../../tensor/dtype.ts';
import { tensorValueFloats } from '../../tensor/tensor-value.ts';
import type { Sample } from '../dataset.ts';
import type { RatioDefinition } from './ratio-metric.ts';
import { argMax, chooseOutput, isScoreVector, outputPair, scoreGrid, type OutputChoice } from './outputs.ts';

export interface ThresholdOptions extends OutputChoice {
  /** From where on a number means yes. */
  readonly threshold: number;
}

/** The label as a class; throws `DATA` when it is something else. */
function classOf(sample: Sample, metric: string): number {
  if (typeof sample.label === 'number') return sample.label;
  throw new LatheError('DATA', `"${metric}" needs a class for each sample; "${sample.id}" has none.`, {
    fix: 'Give class labels, or measure "agreement" with the original instead.',
  });
}

/**
 * The share of samples whose class is among the `k` with the highest scores. Of equal scores the earlier class counts
 * as higher. A model with one score says class 1 from the threshold on; one with one integer says the class itself.
 */
export function topK(name: 'top1' | 'top5', k: number, options: ThresholdOptions): RatioDefinition {
  return {
    name,
    higherIsBetter: true,
    unit: 'fraction',
    needs: 'labels',
    measure(sample, outputs) {
      const label = classOf(sample, name);
      const output = chooseOutput(outputs, options, isScoreVector);
      const scores = tensorValueFloats(output);
      if (scores.length === 1) {
        const said = isFloatType(output.dtype) ? Number(scores[0]! >= options.threshold) : scores[0]!;
        return [said === label ? 1 : 0, 1];
      }
      const own = scores[label];
      if (own === undefined) {
        const classes = scores.length;
        throw new LatheError('DATA', `"${sample.id}" has the class ${label}, but the model has ${classes} classes.`, {
          fix: 'Check the labels, and the order of the classes ("classes:").',
        });
      }
      let ahead = 0;
      for (let i = 0; i < scores.length; i++) {
        const score = scores[i]!;
        if (score > own || (score === own && i < label)) ahead += 1;
      }
      // A score that is not a number is never right.
      return [ahead < k && !Number.isNaN(own) ? 1 : 0, 1];
    },
  };
}

/** The share of decisions (one a sample, or one a place of a map or of a sequence) that are the original's. */
export function agreement(options: ThresholdOptions): RatioDefinition {
  return {
    name: 'agreement',
    higherIsBetter: true,
    unit: 'fraction',
    needs: 'reference',
    measure(_, outputs, reference) {
      const [value, other] = outputPair(outputs, reference, options, isScoreVector);
      const a = scoreGrid(value);
      const b = scoreGrid(other);
      const decide = ({ values, classes, startOf, step }: typeof a, place: number): number =>
        (classes === 1
          ? Number(values[startOf(place)]! >= options.threshold)
          : argMax(values, startOf(place), classes, step));
      let same = 0;
      for (let place = 0; place < a.places; place++) if (decide(a, place) === decide(b, place)) same += 1;
      return [same, a.places];
    },
  };
}

/** The share of numbers that are on the same side of the threshold as the original's. */
export function binary(options: ThresholdOptions): RatioDefinition {
  return {
    name: 'binary',
    higherIsBetter: true,
    unit: 'fraction',
    needs: 'reference',
    measure(_, outputs, reference) {
      const [value, other] = outputPair(outputs, reference, options);
      const a = tensorValueFloats(value);
      const b = tensorValueFloats(other);
      let same = 0;
      for (let i = 0; i < a.length; i++) {
        if (a[i]! >= options.threshold === b[i]! >= options.threshold) same += 1;
      }
      return [same, a.length];
    },
  };
}
