/** The options that say what counts. */

import type { Goal } from '../engine/recipe/recipe.ts';
import type { Arguments } from './arguments.ts';
import type { OptionSpec } from './command.ts';

export const goalOptions: readonly OptionSpec[] = [
  {
    name: 'max-drop',
    value: 'X',
    summary: 'by how much the metric may get worse, absolute: 0.01 is one point of accuracy, and the default for it',
  },
  { name: 'prefer', value: 'P', summary: 'what counts more where both cannot be had', choices: ['size', 'latency'] },
];

export function goalOf(args: Arguments): Goal {
  const prefer = args.text('prefer') as Goal['prefer'];
  const maxDrop = args.number('max-drop', 0);
  return { ...(maxDrop !== undefined && { maxDrop }), prefer: prefer ?? 'size' };
}
