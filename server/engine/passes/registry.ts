/** Every technique that a recipe may name, in the order in which they are usually applied. */

import * as z from 'zod';
import { LatheError } from '../errors.ts';
import type { Pass } from './pass.ts';
import { quantizePass } from './quantize/quantize-pass.ts';

function notBuilt(name: string): never {
  throw new LatheError('UNSUPPORTED', `The step "${name}" is not available in this version of Lathe.`);
}

const fold: Pass = {
  name: 'fold',
  summary: 'Merges batch norms into the layers before them, computes constants, drops what does nothing.',
  options: z.strictObject({}),
  plan: () => notBuilt('fold'),
  apply: () => notBuilt('fold'),
};

export const passes: readonly Pass[] = [fold, quantizePass];

/** Steps that the recipe language has but this version cannot carry out. */
export const reservedSteps: readonly string[] = ['prune', 'distill', 'finetune'];

export function findPass(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
