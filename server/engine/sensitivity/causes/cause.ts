/** One possible cause of a layer's loss: a test that finds it with evidence, or does not. */

import type { Cause } from '../../../../protocol/results/analysis.ts';
import type { RecipeEdit } from '../../../../protocol/problems.ts';
import { exactPattern } from '../../util/glob.ts';
import type { Subject } from './subject.ts';

export type CauseTest = (subject: Subject) => Cause | undefined;

/** An exception for the layer. */
export function layerRule({ node }: Subject, rule: Readonly<Record<string, string>>): RecipeEdit {
  return { kind: 'layer-rule', match: exactPattern(node.label), rule };
}

export function keepFloat(subject: Subject): Pick<Cause, 'fix' | 'edit'> {
  return { fix: 'Keep the layer in float.', edit: layerRule(subject, { keep: 'float' }) };
}

export function percent(share: number): string {
  const figure = share * 100;
  return `${figure >= 10 ? figure.toFixed(0) : figure.toPrecision(2)} %`;
}
