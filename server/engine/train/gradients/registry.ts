/** Which gradient rule belongs to which operator. */

import type { Node } from '../../model/node.ts';
import { ruleKey, type GradientRules, type Rule } from './rule.ts';
import { rectifierRules } from './rules/rectifiers.ts';

const families: readonly GradientRules[] = [rectifierRules];

const registry: ReadonlyMap<string, Rule> = new Map(families.flatMap((rules) => Object.entries(rules)));

/** The rule of a node's operator; undefined when it cannot be differentiated. */
export function gradientRuleFor(node: Pick<Node, 'domain' | 'opType'>): Rule | undefined {
  return registry.get(ruleKey(node));
}
