/** Strings and n-grams. */

import { withDim } from '../dims.ts';
import { tensor } from '../known.ts';
import type { NodeFacts, Outputs, Rules } from '../node-facts.ts';

/** Words may be removed, so the last dimension is open: [words] or [1, words]. */
function stringNormalizer(n: NodeFacts): Outputs {
  const shape = n.shape(0);
  return [tensor('string', shape && shape.length > 0 ? withDim(shape, shape.length - 1, null) : undefined)];
}

function tfIdf(n: NodeFacts): Outputs {
  const indexes = n.node.ints('ngram_indexes') ?? [];
  const length = indexes.length > 0 ? indexes.reduce((a, b) => Math.max(a, b)) + 1 : null;
  const rank = n.shape(0)?.length;
  return [tensor('float32', rank === 1 ? [length] : rank === 2 ? [n.dim(0, 0), length] : undefined)];
}

export const textRules: Rules = {
  StringNormalizer: stringNormalizer,
  StringSplit: (n) => [
    tensor('string', n.shape(0) && [...n.shape(0)!, null]),
    tensor('int64', n.shape(0)),
  ],
  RegexFullMatch: (n) => [tensor('bool', n.shape(0))],
  TfIdfVectorizer: tfIdf,
};
