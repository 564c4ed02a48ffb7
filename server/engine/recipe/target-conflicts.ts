/** Options of a recipe that its target does not run, found before any work begins. */

import type { RunNote } from '../../../protocol/results/run.ts';
import { checkOptions, type AskedOptions, type OptionProblem } from '../targets/check-options.ts';
import type { Target } from '../targets/target.ts';

export interface TargetConflict extends OptionProblem {
  /** Where the option stands in the recipe. */
  readonly path: readonly (string | number)[];
}

interface WrittenStep {
  readonly name: string;
  /** As written, checked or not. */
  readonly options: unknown;
}

/** Conflicts of all steps that quantize, with the places of their causes. */
export function targetConflicts(steps: readonly WrittenStep[], target: Target): TargetConflict[] {
  return steps.flatMap(({ name, options }, step): TargetConflict[] => {
    if (name !== 'quantize' || typeof options !== 'object' || options === null) return [];
    const { layers, ...asked } = options as AskedOptions & { readonly layers?: unknown };
    const here = ['steps', step, name];
    const found = checkOptions({ ...asked, scheme: asked.scheme ?? 'int8' }, target).map((problem): TargetConflict => (
      { ...problem, path: [...here, problem.option] }));
    const rules: readonly unknown[] = Array.isArray(layers) ? layers : [];
    for (const [i, rule] of rules.entries()) {
      if (typeof rule !== 'object' || rule === null) continue;
      const { activations, weights } = rule as AskedOptions;
      const own = checkOptions({ ...(activations && { activations }), ...(weights && { weights }) }, target);
      found.push(...own.map((problem) => ({ ...problem, path: [...here, 'layers', i, problem.option] })));
    }
    return found;
  });
}

/** The same for the report of a run. */
export function conflictNotes(steps: readonly WrittenStep[], target: Target): RunNote[] {
  return targetConflicts(steps, target).map(({ message, fix }) => (
    { severity: 'warning', message: `${message} ${fix}` }));
}
