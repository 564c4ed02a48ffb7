/** A `RecipeEdit` carried out on the text of a recipe. */

import { LineCounter, parse, parseDocument } from 'yaml';
import type { RecipeEdit } from '../../../../protocol/problems.ts';
import { passes } from '../../../engine/passes/registry.ts';
import { rangeAt } from '../../../engine/recipe/place.ts';
import type { Path } from '../../../engine/recipe/schema-walk.ts';
import { insertItem, removeAt, setValue } from './yaml-edit.ts';

export interface EditedRecipe {
  readonly text: string;
  /** 0-based line of what was changed. */
  readonly line: number;
}

/** @throws LatheError `RECIPE` for a text that is no YAML */
export function applyEdit(text: string, edit: RecipeEdit): EditedRecipe {
  switch (edit.kind) {
    case 'target':
      return edited(setValue(text, ['target'], edit.target, ['version', 'model', 'output']), ['target']);
    case 'step': {
      const before = edit.before === undefined ? undefined : stepNames(text).indexOf(edit.before);
      return addStep(text, edit.step, {}, before !== undefined && before >= 0 ? before : undefined);
    }
    case 'option': {
      const index = stepNames(text).indexOf(edit.step);
      if (index < 0) return addStep(text, edit.step, { [edit.option]: edit.value }, usualPlace(text, edit.step));
      const path = ['steps', index, edit.step, edit.option];
      return edited(setValue(text, path, edit.value), path);
    }
    case 'layer-rule':
      return addRule(text, edit.match, edit.rule);
  }
}

function edited(text: string, path: Path): EditedRecipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  return { text, line: Math.max(0, lines.linePos(rangeAt(document, path, 'value')[0]).line - 1) };
}

function valueOf(text: string): Readonly<Record<string, unknown>> {
  const value = parse(text, { prettyErrors: false }) as unknown;
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
}

function stepsOf(text: string): readonly unknown[] {
  const { steps } = valueOf(text) as { readonly steps?: unknown };
  return Array.isArray(steps) ? steps : [];
}

/** One for each item of the list; empty where it is no step. */
function stepNames(text: string): string[] {
  return stepsOf(text).map((item) => {
    if (typeof item === 'string') return item;
    return typeof item === 'object' && item !== null ? Object.keys(item)[0] ?? '' : '';
  });
}

/** Before the first step that usually comes later. */
function usualPlace(text: string, step: string): number | undefined {
  const order = passes.map(({ name }) => name);
  const own = order.indexOf(step);
  const index = stepNames(text).findIndex((name) => order.indexOf(name) > own);
  return index < 0 ? undefined : index;
}

/** A step without options that is there already stays as it is. */
function addStep(text: string, step: string, options: object, index: number | undefined): EditedRecipe {
  const there = stepNames(text).indexOf(step);
  if (there >= 0 && Object.keys(options).length === 0) return edited(text, ['steps', there]);
  const place = index ?? stepNames(text).length;
  return edited(insertItem(text, ['steps'], { [step]: options }, index), ['steps', place]);
}

function addRule(text: string, match: string, rule: Readonly<Record<string, string>>): EditedRecipe {
  const step = stepNames(text).lastIndexOf('quantize');
  if (step < 0) return addStep(text, 'quantize', { layers: [{ match, ...rule }] }, undefined);
  const path = ['steps', step, 'quantize', 'layers'];
  const options = (stepsOf(text)[step] as Readonly<Record<string, unknown>> | string);
  const written = typeof options === 'string' ? undefined : options['quantize'];
  const { layers } = (written ?? {}) as { readonly layers?: unknown };
  const rules: readonly unknown[] = Array.isArray(layers) ? layers : [];
  const same = rules.findLastIndex((one) => (one as { readonly match?: unknown } | null)?.match === match);
  if (same < 0) return edited(insertItem(text, path, { match, ...rule }), [...path, rules.length]);
  return edited(changeRule(text, [...path, same], rules[same] as object, rule), [...path, same]);
}

/** "keep" leaves nothing for the other keys to do, nor they for it. */
function changeRule(text: string, path: Path, old: object, rule: Readonly<Record<string, string>>): string {
  const keeps = 'keep' in rule;
  const useless = Object.keys(old).filter((key) => key !== 'match' && !(key in rule) && (keeps || key === 'keep'));
  let changed = text;
  for (const [key, value] of Object.entries(rule)) changed = setValue(changed, [...path, key], value);
  for (const key of useless) changed = removeAt(changed, [...path, key]);
  return changed;
}
