/** How near the outputs are to the original's, as numbers. */

import { tensorValueFloats } from '../../tensor/tensor-value.ts';
import { outputPair, type OutputChoice } from './outputs.ts';
import type { ThresholdOptions } from './classification.ts';
import type { Part, RatioDefinition } from './ratio-metric.ts';

type Compare = (value: Float32Array, reference: Float32Array) => Part;

function compared(choice: OutputChoice, compare: Compare): RatioDefinition['measure'] {
  return (_, outputs, reference) => {
    const [value, other] = outputPair(outputs, reference, choice);
    return compare(tensorValueFloats(value), tensorValueFloats(other));
  };
}

/** The cosine of the angle between the output and the original's, averaged over the samples. */
export function cosine(choice: OutputChoice): RatioDefinition {
  return {
    name: 'cosine',
    higherIsBetter: true,
    unit: 'plain',
    needs: 'reference',
    measure: compared(choice, (a, b) => {
      let dot = 0;
      let squaresA = 0;
      let squaresB = 0;
      for (let i = 0; i < a.length; i++) {
        dot += a[i]! * b[i]!;
        squaresA += a[i]! * a[i]!;
        squaresB += b[i]! * b[i]!;
      }
      const product = Math.sqrt(squaresA) * Math.sqrt(squaresB);
      // Nothing has no direction: it is like itself and unlike everything else.
      return [product === 0 ? Number(squaresA === squaresB) : dot / product, 1];
    }),
  };
}

/** Power of the original's outputs over the power of the difference, summed over all samples, in decibels. */
export function sqnr(choice: OutputChoice): RatioDefinition {
  return {
    name: 'sqnr',
    higherIsBetter: true,
    unit: 'dB',
    needs: 'reference',
    measure: compared(choice, (a, b) => {
      let signal = 0;
      let noise = 0;
      for (let i = 0; i < a.length; i++) {
        signal += b[i]! * b[i]!;
        noise += (a[i]! - b[i]!) ** 2;
      }
      return [signal, noise];
    }),
    figure: (signal, noise) => (noise === 0 ? Infinity : 10 * Math.log10(signal / noise)),
  };
}

/** The mean of the squared (`mse`) or absolute (`mae`) difference, over all numbers of all samples. */
export function meanError(name: 'mse' | 'mae', choice: OutputChoice): RatioDefinition {
  return {
    name,
    higherIsBetter: false,
    unit: 'plain',
    needs: 'reference',
    measure: compared(choice, (a, b) => {
      let sum = 0;
      for (let i = 0; i < a.length; i++) {
        const difference = a[i]! - b[i]!;
        sum += name === 'mse' ? difference * difference : Math.abs(difference);
      }
      return [sum, a.length];
    }),
  };
}

/** Overlap of the areas that reach the threshold with the original's: intersection over union, over all samples. */
export function iou(options: ThresholdOptions): RatioDefinition {
  return {
    name: 'iou',
    higherIsBetter: true,
    unit: 'fraction',
    needs: 'reference',
    measure: compared(options, (a, b) => {
      let both = 0;
      let either = 0;
      for (let i = 0; i < a.length; i++) {
        const inA = a[i]! >= options.threshold;
        const inB = b[i]! >= options.threshold;
        if (inA && inB) both += 1;
        if (inA || inB) either += 1;
      }
      return [both, either];
    }),
    figure: (both, either) => (either === 0 ? 1 : both / either),
  };
}
