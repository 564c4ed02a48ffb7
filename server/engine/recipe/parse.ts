/** Reads a recipe: YAML, then the schema, then each step's options. Every problem is reported, each at its place. */

import { LineCounter, parseDocument, visit, type Document } from 'yaml';
import { messageOf } from '../errors.ts';
import { findPass, passes } from '../passes/registry.ts';
import { didYouMean, listInWords } from '../util/nearest.ts';
import { findingsOf, type Finding } from './issue-words.ts';
import { placeOf, rangeAt, type Range } from './place.ts';
import { recipeError, type RecipeProblem, type RecipeProblemCode } from './problem.ts';
import { recipeSchema, type Recipe, type RecipeStep } from './recipe.ts';
import { knownKeys, type Path } from './schema-walk.ts';
import { unknownAliasMessage, yamlProblems } from './yaml-words.ts';

export interface ParsedRecipe {
  /** Present when there is no problem. */
  readonly recipe?: Recipe;
  /** In the order of the text. */
  readonly problems: readonly RecipeProblem[];
}

/** Bounds what aliases may expand to: a recipe has no use for more. */
const maxAliases = 100;

/** @param text the recipe file's text */
export function parseRecipe(text: string): ParsedRecipe {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: RecipeProblem[] = [];
  const report = (code: RecipeProblemCode, message: string, range: Range): void => {
    problems.push({ code, message, ...placeOf(lines, range) });
  };

  for (const { message, range, duplicate } of yamlProblems(text, document.errors)) {
    report(duplicate ? 'LTH2007' : 'LTH2001', message, range);
  }
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document) || !alias.range) return;
      report('LTH2001', unknownAliasMessage(alias.source), [alias.range[0], alias.range[1]]);
    },
  });
  // A duplicate key leaves the rest of the document readable; broken syntax would only bring guesses.
  if (problems.some(({ code }) => code === 'LTH2001')) return { problems };

  let input: unknown;
  try {
    input = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    // Aliases that refer to themselves, or that expand beyond all bounds.
    report('LTH2001', `Not valid YAML: ${messageOf(error)}.`, [0, 0]);
    return { problems };
  }
  const { recipe, findings } = checkRecipe(input);
  for (const finding of findings) report(finding.code, finding.message, rangeOf(document, finding));
  problems.sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.length === 0 && recipe ? { recipe, problems } : { problems };
}

/**
 * The recipe, or an error at the place of its first problem.
 *
 * @throws LatheError `RECIPE`, or `UNSUPPORTED` when the recipe only asks for what this version does not have
 */
export function readRecipe(text: string, path: string): Recipe {
  const { recipe, problems } = parseRecipe(text);
  if (!recipe) throw recipeError(path, problems);
  return recipe;
}

function rangeOf(document: Document, { path, part }: Finding): Range {
  return rangeAt(document, path, part);
}

interface Checked {
  readonly recipe?: Recipe;
  readonly findings: readonly Finding[];
}

/** The same checks on a value that is already read: what the command line makes from its flags goes this way. */
export function checkRecipe(input: unknown): Checked {
  if (input === null || input === undefined) {
    const message = 'The recipe is empty. It needs at least "version: 1", "model:" and "steps:".';
    return { findings: [{ code: 'LTH2003', message, path: [], part: 'value' }] };
  }
  const version = typeof input === 'object' ? (input as Record<string, unknown>)['version'] : undefined;
  if (version !== undefined && version !== 1) {
    const shown = typeof version === 'string' || typeof version === 'number' ? ` ${version}` : '';
    const message = `This Lathe reads recipes of version 1; this one says version${shown}.`;
    return { findings: [{ code: 'LTH2008', message, path: ['version'], part: 'value' }] };
  }
  const checked = recipeSchema.safeParse(input);
  const findings: Finding[] = checked.success ? [] : findingsOf(recipeSchema, input, checked.error.issues);
  const listed: unknown = typeof input === 'object' ? (input as Record<string, unknown>)['steps'] : undefined;
  const steps = Array.isArray(listed) ? listed.map((item: unknown, i) => checkStep(item, ['steps', i])) : [];
  for (const step of steps) findings.push(...step.findings);
  if (!checked.success || findings.length > 0) return { findings };
  return { recipe: { ...checked.data, steps: steps.flatMap(({ step }) => step ?? []) }, findings };
}

function checkStep(item: unknown, path: Path): { step?: RecipeStep; findings: readonly Finding[] } {
  const fail = (code: RecipeProblemCode, message: string, at: Path = path, part: Finding['part'] = 'value') =>
    ({ findings: [{ code, message, path: at, part }] });
  const names = passes.map((pass) => pass.name);
  const shape = `Write a step as "- ${names[0] ?? 'name'}: {}".`;
  const entries = typeof item === 'string' ? [[item, {}] as const] : stepEntries(item);
  const [entry, second] = entries ?? [];
  if (!entry) return fail('LTH2004', `A step is the name of a technique with its options. ${shape}`);
  const under = entry[1] === null && findPass(entry[0]);
  if (second && under && knownKeys(under.options, []).includes(second[0])) {
    const message = `"${second[0]}" is an option of "${entry[0]}": indent it further than "${entry[0]}".`;
    return fail('LTH2004', message, [...path, second[0]], 'key');
  }
  if (second) {
    const message = `One step, two techniques ("${entry[0]}" and "${second[0]}"). Put "- " before each, and indent the `
      + 'options of a technique under its name.';
    return fail('LTH2004', message, [...path, second[0]], 'key');
  }
  const [name, written] = entry;
  const at = typeof item === 'string' ? path : [...path, name];
  const pass = findPass(name);
  if (!pass) {
    const available = `Available steps: ${listInWords(names)}.`;
    const hint = didYouMean(name, names);
    return fail('LTH2002', `Unknown step "${name}".${hint} ${available}`, at, 'key');
  }
  const options = written ?? {};
  const checked = pass.options.safeParse(options);
  if (!checked.success) {
    const findings = findingsOf(pass.options, options, checked.error.issues);
    return { findings: findings.map((finding) => ({ ...finding, path: [...at, ...finding.path] })) };
  }
  return { step: { name, options: options as Record<string, unknown> }, findings: [] };
}

function stepEntries(item: unknown): (readonly [string, unknown])[] | undefined {
  return typeof item === 'object' && item !== null && !Array.isArray(item) ? Object.entries(item) : undefined;
}
