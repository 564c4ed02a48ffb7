/** The part of the recipe's schema that a place of a recipe must follow: steps have the schema of their technique. */

import type * as z from 'zod';
import { findPass, passes } from '../../engine/passes/registry.ts';
import { recipeSchema } from '../../engine/recipe/recipe.ts';
import {
  descriptionAt, isListAt, knownKeys, knownValues, requiredKeys, type Path,
} from '../../engine/recipe/schema-walk.ts';

interface Part {
  readonly schema: z.core.$ZodType;
  readonly path: Path;
}

/** Where the schema of `path` is; undefined between `steps` and the options of a technique. */
function partOf(path: Path): Part | undefined {
  if (path[0] !== 'steps' || path.length < 2) return { schema: recipeSchema, path };
  const pass = typeof path[2] === 'string' ? findPass(path[2]) : undefined;
  return pass && { schema: pass.options, path: path.slice(3) };
}

/** `true` where a step stands: the name of a technique is wanted. */
export function isStep(path: Path): boolean {
  return path.length === 2 && path[0] === 'steps';
}

export function keysAt(path: Path): string[] {
  if (isStep(path)) return passes.map(({ name }) => name);
  const part = partOf(path);
  return part ? knownKeys(part.schema, part.path) : [];
}

export function valuesAt(path: Path): string[] {
  if (isStep(path)) return passes.map(({ name }) => name);
  const part = partOf(path);
  return part ? knownValues(part.schema, part.path) : [];
}

export function requiredAt(path: Path): string[] {
  const part = partOf(path);
  return part && !isStep(path) ? requiredKeys(part.schema, part.path) : [];
}

/** What the schema says about the value at `path`: sentences for people. */
export function documentationAt(path: Path): string | undefined {
  if (path.length === 3 && path[0] === 'steps') return findPass(String(path[2]))?.summary;
  const part = partOf(path);
  return part && descriptionAt(part.schema, part.path);
}

export function takesListAt(path: Path): boolean {
  const part = partOf(path);
  return part !== undefined && !isStep(path) && isListAt(part.schema, part.path);
}

/** What is taken for the option at `path` when it is left out, as a recipe would write it. */
export function defaultAt(path: Path): string | undefined {
  const pass = path[0] === 'steps' && path.length === 4 ? findPass(String(path[2])) : undefined;
  const defaults = pass?.options.safeParse({});
  if (!defaults?.success) return undefined;
  const value = (defaults.data as Record<string, unknown>)[String(path[3])];
  return value === undefined ? undefined : JSON.stringify(value);
}
