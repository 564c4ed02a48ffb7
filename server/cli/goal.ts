/** The options that say what counts. */

import type { Goal } from '../engine/recipe/recipe.ts';
import type { Arguments } from './arguments.ts';
import type { OptionSpec } from './command.ts';

export const goalOptions: readonly OptionSpec[] = [
  {
    name: 'max-drop',
    value: 'X',
    summary: 'by how much the metric may get worse, absolute: 0.01 is one point of accuracy; 0.01 by default',
  },
  { name: 'prefer', value: 'P', summary: 'what counts more where both cannot be had', choices: ['size', 'latency'] },
];

/** One point of accuracy: what most users of a smaller model accept, and what peers allow by default. */
const defaultMaxDrop = 0.01;

export function goalOf(args: Arguments): Goal {
  const prefer = args.text('prefer') as Goal['prefer'];
  return { maxDrop: args.number('max-drop', 0) ?? defaultMaxDrop, ...(prefer && { prefer }) };
}
