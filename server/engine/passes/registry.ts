/** Every technique that a recipe may name, in the order in which they are usually applied. */

import { foldPass } from './fold/fold-pass.ts';
import type { Pass } from './pass.ts';
import { prunePass } from './prune/prune-pass.ts';
import { quantizePass } from './quantize/quantize-pass.ts';

export const passes: readonly Pass[] = [foldPass, prunePass, quantizePass];

/** Steps that the recipe language has but this version cannot carry out. */
export const reservedSteps: readonly string[] = ['distill', 'finetune'];

export function findPass(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
