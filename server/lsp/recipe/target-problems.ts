/** What the target of a recipe says of its model: looked up once for each pair, since it is asked with every key. */

import { checkTarget } from '../../engine/targets/check.ts';
import type { TargetProblem } from '../../engine/targets/problem.ts';
import { findTarget } from '../../engine/targets/registry.ts';
import type { LoadedModel } from '../models/loaded-model.ts';

const known = new WeakMap<LoadedModel, Map<string, readonly TargetProblem[]>>();

/** @param name a known target; undefined for this machine */
export function targetProblems(loaded: LoadedModel, name: string | undefined): readonly TargetProblem[] {
  let byTarget = known.get(loaded);
  if (!byTarget) known.set(loaded, byTarget = new Map<string, readonly TargetProblem[]>());
  const target = findTarget(name);
  let problems = byTarget.get(target.name);
  if (!problems) byTarget.set(target.name, problems = checkTarget(loaded.model, target));
  return problems;
}
