/** What a target does not run, or runs badly. */

import type { Model } from '../../engine/model/model.ts';
import { checkTarget } from '../../engine/targets/check.ts';
import type { TargetProblemCode } from '../../engine/targets/problem.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import type { FoundProblem } from './found-problem.ts';

/** Problems that another recipe for the target would not have. */
const ofTheRecipe: ReadonlySet<TargetProblemCode> = new Set(['LTH1006', 'LTH1007', 'LTH1008', 'LTH1009', 'LTH1010']);

/**
 * @param name of the target; empty for this machine
 * @throws LatheError `USAGE` for a name that no target has
 */
export function targetProblems(model: Model, name: string): FoundProblem[] {
  const target = findTarget(name === '' ? undefined : name);
  return checkTarget(model, target).map(({ node, ...problem }) => ({
    ...problem,
    ...(node !== null && { node }),
    fixes: ofTheRecipe.has(problem.code)
      ? [{ title: `Compress for ${target.name}`, edit: { kind: 'target', target: target.name } }]
      : [],
    source: `Target ${target.name}.`,
  }));
}
