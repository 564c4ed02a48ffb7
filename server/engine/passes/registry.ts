/** Every technique that a recipe may name, in the order in which they are usually applied. */

import { distillPass } from './distill/distill-pass.ts';
import { finetunePass } from './finetune/finetune-pass.ts';
import { foldPass } from './fold/fold-pass.ts';
import type { Pass } from './pass.ts';
import { prunePass } from './prune/prune-pass.ts';
import { quantizePass } from './quantize/quantize-pass.ts';

export const passes: readonly Pass[] = [foldPass, prunePass, distillPass, finetunePass, quantizePass];

export function findPass(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
