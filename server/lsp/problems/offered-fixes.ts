/** Fixes that a recipe has already are not offered: the next run mends the problem. */

import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';
import type { ModelProblem, RecipeEdit } from '../../../protocol/problems.ts';

/** @param recipe path of the recipe that a fix would edit; undefined where it would make one */
export function withoutDone(problems: readonly ModelProblem[], recipe: string | undefined): readonly ModelProblem[] {
  if (recipe === undefined || problems.every(({ fixes }) => fixes.length === 0)) return problems;
  const written = writtenIn(recipe);
  return problems.map((problem) => ({ ...problem, fixes: problem.fixes.filter(({ edit }) => !says(written, edit)) }));
}

/** A recipe as far as edits are concerned. */
interface Written {
  readonly target: unknown;
  readonly steps: readonly { readonly name: string; readonly options: Readonly<Record<string, unknown>> }[];
}

function writtenIn(recipe: string): Written {
  try {
    const value = recordOf(parse(readFileSync(recipe, 'utf8'), { prettyErrors: false }));
    return { target: value['target'], steps: listOf(value['steps']).map(stepOf) };
  } catch {
    // A recipe that cannot be read says nothing; its editor tells why.
    return { target: undefined, steps: [] };
  }
}

function stepOf(item: unknown): Written['steps'][number] {
  if (typeof item === 'string') return { name: item, options: {} };
  const [name = '', options] = Object.entries(recordOf(item))[0] ?? [];
  return { name, options: recordOf(options) };
}

function says({ target, steps }: Written, edit: RecipeEdit): boolean {
  switch (edit.kind) {
    case 'target':
      return target === edit.target;
    case 'step':
      return steps.some(({ name }) => name === edit.step);
    case 'option': {
      const step = steps.find(({ name }) => name === edit.step);
      return step !== undefined && isDeepStrictEqual(step.options[edit.option], edit.value);
    }
    case 'layer-rule': {
      const quantize = steps.findLast(({ name }) => name === 'quantize');
      const rule = listOf(quantize?.options['layers']).map(recordOf).findLast(({ match }) => match === edit.match);
      return rule !== undefined && Object.entries(edit.rule).every(([key, value]) => rule[key] === value);
    }
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
