/** Patterns of a recipe that name no layer of the model: probably a slip, and never silent. */

import type { RunNote } from '../../../protocol/results/run.ts';
import type { Model } from '../model/model.ts';
import { compileGlob } from '../util/glob.ts';
import { nearest } from '../util/nearest.ts';
import type { RecipeStep } from './recipe.ts';

/** A warning for each `match` of the steps that matches nothing. */
export function unmatchedPatterns(steps: readonly RecipeStep[], model: Model): RunNote[] {
  const names = [...model.graph.walk()].map(({ node }) => node.label);
  return patterns(steps).flatMap(({ step, pattern }): RunNote[] => {
    if (names.some(compileGlob(pattern))) return [];
    const near = nearestPattern(pattern, names);
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
    return [{ severity: 'warning', message: `"${pattern}" in "${step}" matches no layer of the model.${hint}` }];
  });
}

/** What a pattern that matches none of `names` was probably meant to be. */
export function nearestPattern(pattern: string, names: readonly string[]): string | undefined {
  const deeper = pattern.replace(/\/\*$/, '/**');
  return deeper !== pattern && names.some(compileGlob(deeper)) ? deeper : nearest(pattern, names);
}

function patterns(steps: readonly RecipeStep[]): { readonly step: string; readonly pattern: string }[] {
  return steps.flatMap(({ name, options }) => {
    const rules = options['layers'];
    if (!Array.isArray(rules)) return [];
    return rules.flatMap((rule: { readonly match?: unknown }) =>
      (typeof rule.match === 'string' ? [{ step: name, pattern: rule.match }] : []));
  });
}
