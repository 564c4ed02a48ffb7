/** Turns what a schema refuses into problems that name the place, what is allowed, and the nearest known word. */

import type * as z from 'zod';
import { didYouMean, listInWords } from '../util/nearest.ts';
import type { RecipeProblemCode } from './problem.ts';
import { expectations, knownKeys, knownValues, type Path } from './schema-walk.ts';

/** A problem before its place in the text is looked up. */
export interface Finding {
  readonly code: RecipeProblemCode;
  readonly message: string;
  readonly path: Path;
  /** Which part of the entry at `path` to underline. */
  readonly part: 'key' | 'value';
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** What a value is, in words. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string': return `the text "${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
    case 'object': return 'a group of keys';
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    default: return 'something else';
  }
}

function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'The recipe';
  if (typeof last === 'string') return `"${last}"`;
  const list = path.slice(0, -1).findLast((key) => typeof key === 'string');
  return `Item ${last + 1}${list === undefined ? '' : ` of "${list}"`}`;
}

/**
 * @param schema what the input was checked against
 * @param input the whole value that was checked
 * @param issues what zod found
 */
export function findingsOf(schema: z.core.$ZodType, input: unknown, issues: readonly z.core.$ZodIssue[]): Finding[] {
  return issues.flatMap((issue) => findings(schema, input, issue));
}

function findings(schema: z.core.$ZodType, input: unknown, issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const value = valueAt(input, path);
  const one = (code: RecipeProblemCode, message: string): Finding[] => [{ code, message, path, part: 'value' }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(schema, path, key));
    case 'invalid_type':
    case 'invalid_value':
    case 'invalid_union':
      if (value === undefined) {
        const name = String(path.at(-1) ?? '');
        return [{ code: 'LTH2003', message: `Missing key "${name}".`, path: path.slice(0, -1), part: 'key' }];
      }
      return [wrongValue(schema, path, value, issue)];
    case 'too_small':
    case 'too_big':
      return one('LTH2006', limitMessage(path, issue));
    case 'custom':
      return one('LTH2010', issue.message);
    case 'invalid_format':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return one('LTH2004', `${nameOf(path)}: ${issue.message}.`);
  }
}

function unknownKey(schema: z.core.$ZodType, path: Path, key: string): Finding {
  const at = [...path, key];
  const known = knownKeys(schema, path);
  const hint = didYouMean(key, known) || ` Known keys here: ${listInWords(known)}.`;
  return { code: 'LTH2002', message: `Unknown key "${key}".${hint}`, path: at, part: 'key' };
}

function wrongValue(schema: z.core.$ZodType, path: Path, value: unknown, issue: z.core.$ZodIssue): Finding {
  const values = knownValues(schema, path);
  const text = String(value);
  const words = expectations(schema, path);
  if (values.length > 0 && typeof value !== 'object') {
    const others = words.filter((word) => !values.includes(word.replaceAll('"', '')));
    const message = `${nameOf(path)} cannot be "${text}".${didYouMean(text, values)} `
      + `Allowed: ${listInWords([...others, ...values], 'or')}.`;
    return { code: 'LTH2005', message, path, part: 'value' };
  }
  const wanted = issue.code === 'invalid_type' && issue.expected === 'int' ? ['a whole number'] : words;
  const allowed = listInWords(wanted, 'or');
  const message = value === null
    ? `${nameOf(path)} is empty. It must be ${allowed}.`
    : `${nameOf(path)} must be ${allowed}, not ${kindOf(value)}.`;
  return { code: 'LTH2004', message, path, part: 'value' };
}

function limitMessage(
  path: Path,
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
): string {
  const name = nameOf(path);
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') return small ? `${name} is empty.` : `${name} is longer than ${limit} characters.`;
  if (issue.origin === 'array') {
    if (small && limit === 1) return `${name} is empty: it needs at least one item.`;
    return `${name} needs ${small ? 'at least' : 'at most'} ${limit} items.`;
  }
  if (small) return `${name} must be ${issue.inclusive ? 'at least' : 'more than'} ${limit}.`;
  return `${name} must be ${issue.inclusive ? 'at most' : 'less than'} ${limit}.`;
}
