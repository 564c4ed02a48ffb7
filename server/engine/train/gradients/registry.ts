/** Which gradient rule belongs to which operator. */

import type { Node } from '../../model/node.ts';
import { ruleKey, type GradientRules, type Rule } from './rule.ts';
import { activationRules } from './rules/activations.ts';
import { arithmeticRules } from './rules/arithmetic.ts';
import { batchNormRules } from './rules/batch-norm.ts';
import { convolutionRules } from './rules/conv.ts';
import { einsumRules } from './rules/einsum.ts';
import { fakeQuantizeRules } from './rules/fake-quantize.ts';
import { functionRules } from './rules/functions.ts';
import { geluRules } from './rules/gelu.ts';
import { indexingRules } from './rules/indexing.ts';
import { insensitiveRules } from './rules/insensitive.ts';
import { joiningRules } from './rules/joining.ts';
import { localResponseRules } from './rules/local-response.ts';
import { normalizationRules } from './rules/normalization.ts';
import { poolRules } from './rules/pools.ts';
import { productRules } from './rules/products.ts';
import { rectifierRules } from './rules/rectifiers.ts';
import { reductionRules } from './rules/reductions.ts';
import { reshapingRules } from './rules/reshaping.ts';
import { resizingRules } from './rules/resizing.ts';
import { scanRules } from './rules/scans.ts';
import { skipNormalizationRules } from './rules/skip-normalization.ts';
import { softmaxRules } from './rules/softmax.ts';

const families: readonly GradientRules[] = [
  activationRules,
  arithmeticRules,
  batchNormRules,
  convolutionRules,
  einsumRules,
  fakeQuantizeRules,
  functionRules,
  geluRules,
  indexingRules,
  insensitiveRules,
  joiningRules,
  localResponseRules,
  normalizationRules,
  poolRules,
  productRules,
  rectifierRules,
  reductionRules,
  reshapingRules,
  resizingRules,
  scanRules,
  skipNormalizationRules,
  softmaxRules,
];

const registry: ReadonlyMap<string, Rule> = new Map(families.flatMap((rules) => Object.entries(rules)));

/** The rule of a node's operator; undefined when it cannot be differentiated. */
export function gradientRuleFor(node: Pick<Node, 'domain' | 'opType'>): Rule | undefined {
  return registry.get(ruleKey(node));
}
