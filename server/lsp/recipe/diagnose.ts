/** What is wrong with a recipe: in its text, beside its files and for its target. */

import { existsSync, statSync } from 'node:fs';
import { DiagnosticSeverity, DiagnosticTag, type Diagnostic } from 'vscode-languageserver';
import type { RecipeProblem } from '../../engine/recipe/problem.ts';
import { findTarget, targetNames } from '../../engine/targets/registry.ts';
import { targetConflicts } from '../../engine/recipe/target-conflicts.ts';
import { nearestPattern } from '../../engine/recipe/unmatched.ts';
import { compileGlob } from '../../engine/util/glob.ts';
import type { ModelStore } from '../models/store.ts';
import { fileKindAt } from './file-keys.ts';
import { patternPlaces, type PatternPlace } from './patterns.ts';
import type { RecipePlaceCode } from './problem-codes.ts';
import type { RecipeDocument, RecipePlace } from './recipe-document.ts';
import { matching, namedModel, recipeLayers, resolveIn } from './recipe-model.ts';
import { targetProblems } from './target-problems.ts';

const source = 'lathe';

/** As the target's own problems have them. */
const severities = {
  error: DiagnosticSeverity.Error, warning: DiagnosticSeverity.Warning, info: DiagnosticSeverity.Information,
} as const;

export function diagnose(recipe: RecipeDocument, models: ModelStore): Diagnostic[] {
  return [
    ...recipe.parsed.problems.map(textProblem),
    ...fileProblems(recipe, models),
    ...optionProblems(recipe),
    ...modelProblems(recipe, models),
  ];
}

function textProblem({ code, message, line, column, endLine, endColumn }: RecipeProblem): Diagnostic {
  return {
    range: {
      start: { line: line - 1, character: column - 1 },
      end: { line: endLine - 1, character: endColumn - 1 },
    },
    severity: DiagnosticSeverity.Error,
    code,
    source,
    message,
  };
}

function at(
  recipe: RecipeDocument,
  place: RecipePlace,
  code: string,
  message: string,
  severity: DiagnosticSeverity = DiagnosticSeverity.Error,
): Diagnostic {
  return { range: recipe.rangeOf(place), severity, code, source, message };
}

function code(own: RecipePlaceCode): string {
  return own;
}

/** Values of the recipe that are texts. */
function texts(recipe: RecipeDocument): { readonly place: RecipePlace; readonly text: string }[] {
  return recipe.places.flatMap((place) => {
    const { value } = place.node as { readonly value?: unknown };
    return place.part === 'value' && typeof value === 'string' ? [{ place, text: value }] : [];
  });
}

function fileProblems(recipe: RecipeDocument, models: ModelStore): Diagnostic[] {
  return texts(recipe).flatMap(({ place, text }): Diagnostic[] => {
    const kind = fileKindAt(place.path);
    const path = kind && resolveIn(recipe, text);
    if (!kind || path === undefined) return [];
    if (place.path[0] === 'model') {
      const model = namedModel(recipe, models);
      if (model.kind !== 'failed') return [];
      const { message, fix } = model.error;
      const sentence = existsSync(path)
        ? `${message}${fix === undefined ? '' : ` ${fix}`}`
        : `The model "${text}" is not there. Paths start at the recipe's folder.`;
      return [at(recipe, place, code('LTH2011'), sentence)];
    }
    if (place.path[0] === 'output') {
      return path === resolveIn(recipe, recipe.value(['model']))
        ? [at(recipe, place, 'LTH2010', 'The result would replace the model. Give it another name.')]
        : [];
    }
    if (!kind.read) return [];
    if (!existsSync(path)) {
      const message = `There is no "${text}" (${kind.title}). Paths start at the recipe's folder.`;
      return [at(recipe, place, code('LTH2013'), message)];
    }
    if (kind.folder || !statSync(path).isDirectory()) return [];
    return [at(recipe, place, code('LTH2013'), `"${text}" is a folder; a file is wanted here.`)];
  });
}

/** The last rule that matches a layer counts, so an earlier one may be without effect. */
function overruled(
  recipe: RecipeDocument,
  { place, step, rule }: PatternPlace,
  names: readonly string[],
  patterns: readonly PatternPlace[],
): Diagnostic[] {
  const later = patterns.filter((other) => other.step === step && other.rule > rule)
    .map(({ pattern }) => compileGlob(pattern));
  if (!names.every((name) => later.some((matches) => matches(name)))) return [];
  const message = 'Later rules match every layer of this one, and the last rule that matches counts.';
  const diagnostic = at(recipe, place, code('LTH2014'), message, DiagnosticSeverity.Information);
  return [{ ...diagnostic, tags: [DiagnosticTag.Unnecessary] }];
}

/** What the target does not run of what the steps ask for; a recipe for this machine included. */
function optionProblems(recipe: RecipeDocument): Diagnostic[] {
  const name = recipe.value(['target']);
  if (name !== undefined && !(typeof name === 'string' && targetNames.includes(name))) return [];
  return targetConflicts(recipe.steps, findTarget(name)).flatMap(({ path, code: own, severity, message, fix }) => {
    const place = recipe.places.find((each) => each.part === 'value' && each.path.join('/') === path.join('/'))
      ?? recipe.places.find((each) => each.path.join('/') === path.slice(0, -1).join('/'));
    return place ? [at(recipe, place, own, `${message} ${fix}`, severities[severity])] : [];
  });
}

/** What needs the model: patterns, and what the target says. */
function modelProblems(recipe: RecipeDocument, models: ModelStore): Diagnostic[] {
  const model = namedModel(recipe, models);
  if (model.kind !== 'read') return [];
  const layers = recipeLayers(model.loaded);
  const patterns = patternPlaces(recipe);
  const unmatched = patterns.flatMap((one) => {
    const { place, pattern: text } = one;
    const names = matching(text, layers);
    if (names.length > 0) return overruled(recipe, one, names, patterns);
    const near = nearestPattern(text, layers.names);
    const message = `"${text}" matches no layer of the model.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
    return [at(recipe, place, code('LTH2012'), message, DiagnosticSeverity.Warning)];
  });
  const name = recipe.value(['target']);
  const place = recipe.places.find(({ path, part }) => part === 'value' && path.length === 1 && path[0] === 'target')
    ?? recipe.places.find(({ path, part }) => part === 'value' && path.length === 1 && path[0] === 'model');
  const known = name === undefined || (typeof name === 'string' && targetNames.includes(name));
  if (!place || !known) return unmatched;
  const conflicts = targetProblems(model.loaded, name).map(({ code: own, severity, message, fix }) =>
    at(recipe, place, own, `${message} ${fix}`, severities[severity]));
  return [...unmatched, ...conflicts];
}
