/** Perplexity of a causal language model: how many tokens it hesitates between, on average. */

import { LatheError } from '../../errors.ts';
import { describeType, tensorValueFloats } from '../../tensor/tensor-value.ts';
import { isTokens } from '../dataset.ts';
import { chooseOutput, type OutputChoice } from './outputs.ts';
import type { RatioDefinition } from './ratio-metric.ts';

/**
 * exp of the mean negative log-likelihood of each token but the first, given those before it; the mean is over all
 * tokens of all samples. Logits and log-probabilities are normalised; probabilities are taken as they are.
 */
export function perplexity(choice: OutputChoice): RatioDefinition {
  return {
    name: 'perplexity',
    higherIsBetter: false,
    unit: 'plain',
    needs: 'labels',
    measure(sample, outputs) {
      const tokens = sample.label;
      if (!isTokens(tokens)) {
        throw new LatheError('DATA', `"perplexity" needs token ids; "${sample.id}" has none.`, {
          fix: 'Give texts with "text:" and no other labels.',
        });
      }
      const output = chooseOutput(outputs, choice, ({ dims }) => dims.length === 3);
      const [, length = 0, vocabulary = 0] = output.dims;
      if (output.dims.length !== 3 || length < tokens.length) {
        const shape = `${describeType(output.dtype, output.dims)} for ${tokens.length} tokens`;
        throw new LatheError('DATA', `Perplexity is measured on logits [1, tokens, vocabulary], not on ${shape}.`, {
          fix: 'Name the output of the logits with "output:".',
        });
      }
      const logits = tensorValueFloats(output);
      let sum = 0;
      for (let t = 0; t + 1 < tokens.length; t++) {
        const next = tokens[t + 1]!;
        if (next < 0 || next >= vocabulary) {
          throw new LatheError('DATA', `"${sample.id}" has the token ${next}; the model has ${vocabulary}.`, {
            fix: 'Use the tokenizer of this model.',
          });
        }
        sum += negativeLogLikelihood(logits, t * vocabulary, vocabulary, next);
      }
      return [sum, Math.max(0, tokens.length - 1)];
    },
    figure: (sum, count) => Math.exp(sum / count),
  };
}

function negativeLogLikelihood(logits: Float32Array, start: number, count: number, chosen: number): number {
  let max = -Infinity;
  let min = Infinity;
  let total = 0;
  for (let i = start; i < start + count; i++) {
    const value = logits[i]!;
    if (value > max) max = value;
    if (value < min) min = value;
    total += value;
  }
  const own = logits[start + chosen]!;
  if (min >= 0 && Math.abs(total - 1) < 1e-3) return -Math.log(own);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(logits[i]! - max);
  return Math.log(sum) + max - own;
}
