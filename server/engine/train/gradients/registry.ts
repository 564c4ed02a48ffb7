/** Which gradient rule belongs to which operator. */

import type { Node } from '../../model/node.ts';
import { ruleKey, type GradientRules, type Rule } from './rule.ts';
import { activationRules } from './rules/activations.ts';
import { arithmeticRules } from './rules/arithmetic.ts';
import { functionRules } from './rules/functions.ts';
import { geluRules } from './rules/gelu.ts';
import { insensitiveRules } from './rules/insensitive.ts';
import { rectifierRules } from './rules/rectifiers.ts';
import { reductionRules } from './rules/reductions.ts';
import { reshapingRules } from './rules/reshaping.ts';
import { softmaxRules } from './rules/softmax.ts';

const families: readonly GradientRules[] = [
  activationRules,
  arithmeticRules,
  functionRules,
  geluRules,
  insensitiveRules,
  rectifierRules,
  reductionRules,
  reshapingRules,
  softmaxRules,
];

const registry: ReadonlyMap<string, Rule> = new Map(families.flatMap((rules) => Object.entries(rules)));

/** The rule of a node's operator; undefined when it cannot be differentiated. */
export function gradientRuleFor(node: Pick<Node, 'domain' | 'opType'>): Rule | undefined {
  return registry.get(ruleKey(node));
}
