/** Every technique that a recipe may name, in the order in which they are usually applied. */

import * as z from 'zod';
import { LatheError } from '../errors.ts';
import type { Pass } from './pass.ts';
import { quantizeOptions } from './quantize/options.ts';

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

const quantize: Pass = {
  name: 'quantize',
  summary: 'Stores weights, and computes with values, of fewer bits.',
  options: quantizeOptions,
  plan: () => notBuilt('quantize'),
  apply: () => notBuilt('quantize'),
};

export const passes: readonly Pass[] = [fold, quantize];

/** Steps that the recipe language has but this version cannot carry out. */
export const reservedSteps: readonly string[] = ['prune', 'distill', 'finetune'];

export function findPass(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
